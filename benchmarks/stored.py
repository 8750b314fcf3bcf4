"""The database that every run starts from: one tenant with its token, notices stored before."""

import os
from dataclasses import dataclass
from pathlib import Path

import psycopg

from benchmarks import bodies
from tutela import app
from tutela.access import keys as access_keys
from tutela.access import tokens
from tutela.access.keys import KeySet
from tutela.access.tokens import Caller, Grant, TokenDesk
from tutela.cases.identity import subject_key
from tutela.database.migrations import migrate
from tutela.database.pool import Pool, open_pool, tenant_transaction
from tutela.domain.notice import Subject
from tutela.domain.vocabulary import Channel, Role, SubjectKind
from tutela.intake.door import Intake, Sending
from tutela.intake.preparation import PreparedNotice
from tutela.ledger import tiles, tree

TENANT = SERVICE = "main"
#: Open cases that repeated notices of each side meet: first those of HTTP, then those of pgbench.
SUBJECTS_EACH = 4_000
LEAVES_AT_ONCE = 250_000
#: Older notices are stored as they are after their erasure, without key and body.
BODIES_KEPT = 100_000

#: Indexes that are quicker to build anew than to fill row by row.
_LATER_INDEXES = """
SELECT format('DROP INDEX %%I', c.relname), pg_get_indexdef(c.oid)
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid
WHERE t.relname = ANY('{ledger_leaf,notice,case_file,item}')
    AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = c.oid)
"""
_SETTINGS = """
SET session_replication_role = replica;
SET synchronous_commit = off;
SET maintenance_work_mem = '512MB';
SET tutela.tenant = '*';
"""
_FILL = """
CREATE TEMP TABLE place ON COMMIT DROP AS
    SELECT k, uuidv7(make_interval(secs => (k - %(count)s) * 0.1)) AS id,
        date_trunc('milliseconds', now() + make_interval(secs => (k - %(count)s) * 0.1)) AS at,
        %(content)s::bytea || convert_to(to_char(k, 'FM000000000'), 'UTF8') AS content,
        1 + (k - 1) %% (%(count)s * 4 / 5) AS case_number
    FROM generate_series(1, %(count)s) AS k;
INSERT INTO ledger_leaf (fact_id, tenant, fact_type, at, content, leaf_hash, leaf_index)
    SELECT id, 'main', 'notice.received', at, content, sha256('\\x00'::bytea || content), k - 1
    FROM place ORDER BY k;
INSERT INTO submission_key (tenant, service, key, fact_id)
    SELECT 'main', 'main', 'notice-' || md5(k::text), id FROM place ORDER BY md5(k::text);
INSERT INTO notice (
    tenant, service, id, channel, door, mark, category, keyword, language, country, surface,
    imminent_danger, possible_minor, item_count, article_16_missing, submitted_at, received_at,
    include_by, code_hash, key_id, signature, sealed_key, sealed_body, committed_at)
    SELECT 'main', 'main', id, 'user', 'api', 'real', %(category)s, %(keyword)s, 'de', 'DE', 'app',
        false, true, 1, '{}', at, at, at + interval '60 s', sha256(uuid_send(id)), %(key_id)s,
        %(signature)s::bytea, CASE WHEN is_kept THEN %(sealed_key)s::bytea END,
        CASE WHEN is_kept THEN %(sealed_body)s::bytea END, at
    FROM place, LATERAL (SELECT k > %(count)s - %(bodies)s AS is_kept) AS kept ORDER BY k;
INSERT INTO case_file (
    tenant, service, id, family, subject_kind, subject_key, mark, lane, due_at, specialist,
    opened_at, merged_at)
    SELECT 'main', 'main', p.id, 'child_safety', 'content',
        coalesce(h.subject_key, int8send(p.k) || int8send(p.k)),
        'real', 'child_safety', p.at + interval '1 day', true, p.at, p.at
    FROM place p LEFT JOIN http_subject h ON h.number = p.k
    WHERE p.k = p.case_number ORDER BY p.k;
INSERT INTO item (tenant, service, notice_id, ordinal, subject_kind, case_id)
    SELECT 'main', 'main', p.id, 0, 'content', c.id
    FROM place p JOIN place c ON c.k = p.case_number ORDER BY p.k;
UPDATE ledger_log SET size = %(count)s WHERE tenant = 'main';
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What a run needs to know about its database besides the URL."""

    token: str
    key_folder: Path
    notices: int
    #: A notice as intake prepares it, for the values of pgbench's rows.
    example: PreparedNotice


async def build(url: str, *, superuser_url: str, key_folder: Path, notices: int) -> World:
    """Fills the empty database at `url` with `notices` stored and sequenced ones.

    `superuser_url` leads to the same database; foreign keys are not checked while it fills.
    """
    await migrate(url)
    keys = access_keys.load_or_create(key_folder)
    pool = await open_pool(url, name="tutela benchmark")
    try:
        grant = Grant(
            tenant=TENANT,
            service=SERVICE,
            name="benchmark",
            role=Role.SERVICE,
            channels=(Channel.USER,),
        )
        token = await tokens.create(pool, grant=grant, now=app.now(), chance=os.urandom)
        caller = await TokenDesk(pool, monotonic=lambda: 0.0).caller(f"Bearer {token}")
        example = _example(pool, keys=keys, caller=caller)
        _fill(superuser_url, keys=keys, example=example, notices=notices)
        await _grow_tree(pool, notices=notices)
    finally:
        await pool.close()
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        connection.execute("VACUUM (FREEZE, ANALYZE)")
    return World(token=token, key_folder=key_folder, notices=notices, example=example)


def _example(pool: Pool, *, keys: KeySet, caller: Caller) -> PreparedNotice:
    intake = Intake(pool, keys=keys, clock=app.now, chance=os.urandom)
    name = b"0" * bodies.NAME_DIGITS
    sending = Sending(caller=caller, door="api")
    return intake.prepare(intake.read(bodies.body(name, subject=name)), sending=sending)


def _fill(superuser_url: str, *, keys: KeySet, example: PreparedNotice, notices: int) -> None:
    digits = 9
    values = {
        "count": notices,
        "bodies": BODIES_KEPT,
        "content": example.leaf.content[:-digits],
        "category": str(example.notice.category),
        "keyword": str(example.notice.keyword),
        "key_id": example.key_id,
        "signature": example.signature,
        "sealed_key": example.sealed.key,
        "sealed_body": example.sealed.body,
    }
    with psycopg.connect(superuser_url) as connection, psycopg.ClientCursor(connection) as cursor:
        cursor.execute(_SETTINGS)
        cursor.execute("CREATE TEMP TABLE http_subject (number int PRIMARY KEY, subject_key bytea)")
        with cursor.copy("COPY http_subject FROM STDIN") as copy:
            for number in range(1, SUBJECTS_EACH + 1):
                copy.write_row((number, _http_subject_key(keys, number=number)))
        later = cursor.execute(_LATER_INDEXES, {}).fetchall()
        for drop, _ in later:
            cursor.execute(drop)
        cursor.execute(_FILL, values)
        for _, create in later:
            cursor.execute(create)


def _http_subject_key(keys: KeySet, *, number: int) -> bytes:
    subject = Subject(kind=SubjectKind.CONTENT, id=bodies.subject_id(number))
    return subject_key(subject, tenant=TENANT, service=SERVICE, digest=keys.subject_digest)


async def _grow_tree(pool: Pool, *, notices: int) -> None:
    for size in range(0, notices, LEAVES_AT_ONCE):
        async with tenant_transaction(pool, tenant=TENANT, limit_seconds=None) as connection:
            cursor = await connection.execute(
                "SELECT leaf_hash FROM ledger_leaf"
                " WHERE tenant = %s AND leaf_index >= %s AND leaf_index < %s ORDER BY leaf_index",
                (TENANT, size, size + LEAVES_AT_ONCE),
            )
            hashes = [row[0] for row in await cursor.fetchall()]
            edge = await tiles.fetch(connection, tenant=TENANT, places=tree.tiles_for_append(size))
            grown = tree.append(edge, size=size, leaf_hashes=hashes)
            await tiles.store(connection, tenant=TENANT, changed=grown.changed_tiles)
