"""The peer: `pgbench -M prepared`, which writes the same rows with no service around them."""

import os
import resource
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks import bodies
from benchmarks.stored import SUBJECTS_EACH, World
from tutela.intake.preparation import PreparedNotice

THREADS = 2
#: Draws the names as `bodies.names` does; a new subject's key is as random as a digest.
_DRAW = f"""\
\\set external random({10 ** (bodies.NAME_DIGITS - 1)}, {9 * 10 ** (bodies.NAME_DIGITS - 1) - 1})
\\set stored random({SUBJECTS_EACH + 1}, {2 * SUBJECTS_EACH})
\\set new random({10 ** (bodies.NAME_DIGITS - 1)}, {9 * 10 ** (bodies.NAME_DIGITS - 1) - 1})
\\set subject CASE WHEN random(1, {bodies.REPEATED_ONE_IN}) = 1 THEN :stored ELSE :new END
"""
_NOTICE_COLUMNS = """
    tenant, service, id, channel, door, mark, category, keyword, language, country, surface,
    imminent_danger, possible_minor, item_count, article_16_missing, submitted_at, received_at,
    include_by, code_hash, key_id, signature, sealed_key, sealed_body"""
_NOTICE_VALUES = """
    :tenant, :service, {id}, :channel, :door, :mark, :category, :keyword, :language, :country,
    :surface, false, true, 1, :missing, :submitted, now(), now() + interval '60 s',
    sha256(uuid_send({id})), :key_id, :signature, :sealed_key, :sealed_body"""
_LEAF = """
INSERT INTO ledger_leaf (fact_id, tenant, fact_type, at, content, leaf_hash)"""
_LEAF_VALUES = (
    ":tenant, 'notice.received', now(), :content, sha256('\\x00'::bytea || uuid_send({id}))"
)
_CASE = """
INSERT INTO case_file (
    tenant, service, id, family, subject_kind, subject_key, mark, lane, due_at, specialist,
    opened_at, merged_at)
VALUES (
    :tenant, :service, uuidv7(), :family, :kind, int8send(:subject) || int8send(:subject),
    :mark, :lane, now() + interval '1 day', true, now(), now())
ON CONFLICT (tenant, service, subject_key, family, mark) WHERE closed_at IS NULL DO UPDATE SET
    lane = least(case_file.lane, excluded.lane),
    due_at = least(case_file.due_at, excluded.due_at),
    specialist = case_file.specialist OR excluded.specialist,
    merged_at = greatest(case_file.merged_at, excluded.merged_at)
RETURNING id"""

#: One transaction a notice: eight statements, each with its round trip.
TRANSACTION = f"""{_DRAW}BEGIN;
SELECT set_config('tutela.tenant', :tenant, true);
INSERT INTO submission_key (tenant, service, key, fact_id)
VALUES (:tenant, :service, 'notice-' || :external, uuidv7()) ON CONFLICT DO NOTHING
RETURNING fact_id AS id \\gset
{_LEAF}
VALUES (:id, {_LEAF_VALUES.format(id="CAST(:id AS uuid)")});
INSERT INTO notice ({_NOTICE_COLUMNS})
VALUES ({_NOTICE_VALUES.format(id="CAST(:id AS uuid)")});
{_CASE} AS case_id \\gset
INSERT INTO item (tenant, service, notice_id, ordinal, subject_kind, case_id)
VALUES (:tenant, :service, :id, 0, :kind, :case_id);
COMMIT;
"""

#: The same rows by one statement, which is its own transaction; the tenant is set for the session.
ONE_STATEMENT = f"""{_DRAW}WITH claimed AS (
    INSERT INTO submission_key (tenant, service, key, fact_id)
    VALUES (:tenant, :service, 'notice-' || :external, uuidv7()) ON CONFLICT DO NOTHING
    RETURNING fact_id AS id
), leaves AS ({_LEAF}
    SELECT id, {_LEAF_VALUES.format(id="id")} FROM claimed
), notices AS (
    INSERT INTO notice ({_NOTICE_COLUMNS})
    SELECT {_NOTICE_VALUES.format(id="id")} FROM claimed
), cases AS ({_CASE}
)
INSERT INTO item (tenant, service, notice_id, ordinal, subject_kind, case_id)
SELECT :tenant, :service, claimed.id, 0, :kind, cases.id FROM claimed, cases;
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """How to call pgbench on one database."""

    program: Path
    url: str
    folder: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """What pgbench runs: a script, how many clients, how long."""

    script: str
    clients: int
    warm_up_seconds: float
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Transactions:
    """Committed in the measured time, all that were committed, the latency of each in order."""

    measured: int
    with_warm_up: int
    latencies_ms: list[float]


def run(peer: Peer, *, world: World, course: Course) -> tuple[Transactions, float]:
    """What pgbench committed, and its own processor time in seconds.

    The benchmark stops where one of its transactions fails.
    """
    script = peer.folder / "notice.sql"
    script.write_text(course.script, encoding="utf-8")
    prefix = peer.folder / "pgbench_log"
    for old in peer.folder.glob(f"{prefix.name}.*"):
        old.unlink()
    before = _children_cpu_seconds()
    done = subprocess.run(
        [
            *(peer.program, "-n", "-M", "prepared", "-f", script, "-l", f"--log-prefix={prefix}"),
            *("-c", str(course.clients), "-j", str(THREADS)),
            *("-T", f"{course.warm_up_seconds + course.seconds:.0f}"),
            *(f"-D{name}={value}" for name, value in _values(world.example).items()),
            peer.url,
        ],
        env={**os.environ, "PGOPTIONS": "-c tutela.tenant=main -c TimeZone=UTC"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode or "failed transactions: 0 " not in done.stdout:
        raise SystemExit(f"pgbench failed: {done.stderr[-2000:]}{done.stdout[-500:]}")
    logged = list(_logged(peer.folder, prefix=prefix.name))
    return _measured(logged, course=course), _children_cpu_seconds() - before


def _children_cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _measured(logged: list[tuple[float, float]], *, course: Course) -> Transactions:
    begin = min(ended - ms / 1000 for ended, ms in logged) + course.warm_up_seconds
    latencies = [ms for ended, ms in logged if begin <= ended < begin + course.seconds]
    return Transactions(
        measured=len(latencies), with_warm_up=len(logged), latencies_ms=sorted(latencies)
    )


def _logged(folder: Path, *, prefix: str) -> Iterator[tuple[float, float]]:
    for log in folder.glob(f"{prefix}.*"):
        for row in log.read_text(encoding="ascii").splitlines():
            _, _, microseconds, _, second, fraction, *_ = row.split()
            yield int(second) + int(fraction) / 1e6, int(microseconds) / 1000


def _values(example: PreparedNotice) -> dict[str, str]:
    notice, speaker = example.notice, example.speaker
    submitted = notice.submitted_at
    texts = {
        "tenant": speaker.tenant,
        "service": speaker.service,
        "channel": speaker.channel,
        "door": speaker.door,
        "mark": speaker.mark,
        "category": notice.category,
        "keyword": notice.keyword or "",
        "language": notice.language or "",
        "country": notice.country or "",
        "surface": notice.surface or "",
        "missing": f"{{{','.join(example.missing)}}}",
        "submitted": submitted.isoformat() if submitted else "",
        "key_id": example.key_id,
        "family": example.family,
        "lane": example.lane,
        "kind": example.items[0].subject.kind,
    }
    octets = {
        "signature": example.signature,
        "sealed_key": example.sealed.key,
        "sealed_body": example.sealed.body,
        "content": example.leaf.content,
    }
    return {
        **{name: str(text) for name, text in texts.items()},
        **{name: f"\\x{value.hex()}" for name, value in octets.items()},
    }
