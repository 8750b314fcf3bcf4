"""Decisions from before measures were carried out: each measure finds its subject and its order."""

import shutil
from pathlib import Path

import psycopg

from tutela.database import migrations
from tutela.database.migrations import migrate

SHIPPED = Path(migrations.__file__).parent / "migrations"
BEFORE = 14

#: One decision with two measures; the order of the first was delivered.
OLD = """
INSERT INTO tenant (tenant) VALUES ('main');
INSERT INTO service (tenant, service) VALUES ('main', 'main');
INSERT INTO ledger_leaf (fact_id, tenant, fact_type, at, content, leaf_hash)
VALUES ('00000000-0000-7000-8000-00000000000d', 'main', 'decision.taken', now(), '', sha256(''));
INSERT INTO case_file (tenant, service, id, family, subject_kind, subject_key, mark, lane, due_at,
    specialist, opened_at, merged_at)
VALUES ('main', 'main', '00000000-0000-7000-8000-00000000000c', 'f', 'content',
    decode(repeat('0c', 16), 'hex'), 'real', 'general', now(), false, now(), now());
INSERT INTO decision (tenant, service, id, case_id, subject_key, mark, outcome, category, ground,
    automated_detection, automated_decision, guideline_version, decided_by, lease_token, item_count,
    statement_count, measure_count, outbox_count, decided_at)
VALUES ('main', 'main', '00000000-0000-7000-8000-00000000000d',
    '00000000-0000-7000-8000-00000000000c', decode(repeat('0c', 16), 'hex'), 'real', 'act', 'c',
    'terms', false, 'none', 'g', 'who', gen_random_uuid(), 1, 1, 2, 3, now());
INSERT INTO statement (tenant, service, id, decision_id, code_hash, issued_at)
VALUES ('main', 'main', '00000000-0000-7000-8000-0000000000ee',
    '00000000-0000-7000-8000-00000000000d', '', now());
INSERT INTO measure (tenant, service, id, decision_id, statement_id, kind)
SELECT 'main', 'main', ('00000000-0000-7000-8000-00000000000' || n)::uuid,
    '00000000-0000-7000-8000-00000000000d', '00000000-0000-7000-8000-0000000000ee', 'k' || n
FROM generate_series(1, 2) AS n;
INSERT INTO outbox (id, tenant, service, mark, kind, decision_id, subject_key, created_at, due_at,
    sealed_key, sealed_body, done_at)
SELECT gen_random_uuid(), 'main', 'main', 'real',
    CASE n WHEN 3 THEN 'notice.answered' ELSE 'measure.apply' END,
    '00000000-0000-7000-8000-00000000000d', decode(repeat('0' || n, 16), 'hex'), now(), now(),
    '', '', CASE n WHEN 1 THEN now() END
FROM generate_series(1, 3) AS n
ORDER BY n;
"""


async def test_each_old_measure_finds_its_subject_and_the_order_to_apply_it(
    empty_database_url: str, tmp_path: Path
) -> None:
    for path in SHIPPED.glob("*.sql"):
        if int(path.name[:4]) <= BEFORE:
            shutil.copy(path, tmp_path)
    await migrate(empty_database_url, folder=tmp_path)
    with psycopg.connect(empty_database_url) as connection:
        connection.execute("SELECT set_config('tutela.tenant', '*', true)")
        connection.execute(OLD.encode())
    await migrate(empty_database_url)
    with psycopg.connect(empty_database_url) as connection:
        connection.execute("SELECT set_config('tutela.tenant', '*', true)")
        measures = connection.execute(
            "SELECT m.kind, encode(m.subject_key, 'hex'), m.state, m.reconcile_at IS NOT NULL,"
            " m.revision, encode(o.subject_key, 'hex')"
            " FROM measure m JOIN outbox o ON o.measure_id = m.id ORDER BY m.id"
        ).fetchall()
        revisions = connection.execute(
            "SELECT encode(subject_key, 'hex'), revision FROM subject_revision ORDER BY 1"
        ).fetchall()
    first, second = "01" * 16, "02" * 16
    assert measures == [
        ("k1", first, "accepted", True, 1, first),
        ("k2", second, "decided", False, 1, second),
    ]
    assert revisions == [(first, 1), (second, 1)]
