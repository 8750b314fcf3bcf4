"""What stands after the crashes, held against every acknowledgement that was written down."""

import asyncio
import base64
import bisect
import hashlib
import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from psycopg import AsyncConnection

from benchmarks.crash_book import Acknowledgement, Faults, acknowledgements, decisions, tell
from benchmarks.crash_senders import notice
from benchmarks.crash_tree import Tree, leaves_of
from tutela.access import keys as access_keys
from tutela.access.keys import KeySet, Sealed
from tutela.domain import canonical
from tutela.ledger.leaf import COMMITMENT_NONCE_BYTES
from tutela_verify import Malformed, Refuted, verify_head, verify_receipt
from tutela_verify.merkle import root_from_inclusion

SEQUENCED_SECONDS = 120.0
LOOK_SECONDS = 0.2
FETCHED_AT_ONCE = 2_000

Connection = AsyncConnection[Any]

_NOTICES = """
SELECT n.id, n.sealed_key, n.sealed_body, n.item_count, l.leaf_hash, l.leaf_index, k.key
FROM notice n
JOIN ledger_leaf l ON l.fact_id = n.id
LEFT JOIN submission_key k ON k.fact_id = n.id
WHERE n.mark = 'real'
"""
_ITEM_COUNTS = """
SELECT n.id::text FROM notice n
LEFT JOIN item i ON (i.tenant, i.service, i.notice_id) = (n.tenant, n.service, n.id)
GROUP BY n.tenant, n.service, n.id, n.item_count HAVING count(i.*) <> n.item_count
"""
_ITEMS_NOWHERE = """
SELECT i.notice_id || '.' || i.ordinal FROM item i
LEFT JOIN case_file c ON (c.tenant, c.service, c.id) = (i.tenant, i.service, i.case_id)
LEFT JOIN answer a ON (a.tenant, a.service, a.notice_id, a.ordinal)
    = (i.tenant, i.service, i.notice_id, i.ordinal)
LEFT JOIN decision d ON (d.tenant, d.service, d.id) = (a.tenant, a.service, a.decision_id)
WHERE NOT CASE
    WHEN i.decision_id IS NULL
    THEN c.id IS NOT NULL AND c.closed_at IS NULL AND a.notice_id IS NULL
    ELSE d.id IS NOT NULL AND d.id = i.decision_id
END
"""
_LOG = """
SELECT
    g.log_id, g.size, count(l.leaf_index), count(DISTINCT l.leaf_index),
    min(l.leaf_index), max(l.leaf_index)
FROM ledger_log g JOIN ledger_leaf l ON l.tenant = g.tenant GROUP BY g.log_id, g.size
"""
_DECISIONS = """
SELECT k.key, d.id::text, count(a.*), l.leaf_index
FROM submission_key k JOIN decision d ON d.id = k.fact_id
JOIN ledger_leaf l ON l.fact_id = d.id
LEFT JOIN answer a ON a.decision_id = d.id
GROUP BY k.key, d.id, l.leaf_index
"""


@dataclass(frozen=True, slots=True)
class Stored:
    """A notice as it stands in the database."""

    id: str
    leaf_hash: str
    leaf_index: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """The log as it stands: its tree, its newest head, and since when which size was signed."""

    tree: Tree
    head: dict[str, Any]
    sizes: list[int]
    signed_at: list[str]


@dataclass(slots=True, kw_only=True)
class Evidence:
    """What was counted while it was checked."""

    stored: dict[str, Stored] = field(default_factory=dict)
    acknowledged: int = 0
    proven: int = 0
    decisions: int = 0
    faults: Faults


async def prove(
    url: str, *, key_folder: Path, books: tuple[Path, Path], refused: list[str], faults: Faults
) -> Evidence:
    """Every acknowledgement held against the database; what does not fit is among the faults."""
    evidence = Evidence(faults=faults)
    keys = access_keys.load_or_create(key_folder)
    async with await AsyncConnection.connect(url, autocommit=True) as connection:
        await connection.execute("SELECT set_config('tutela.tenant', '*', false)")
        await _wait_until_sequenced(connection, faults=faults)
        await connection.execute("SET enable_nestloop = off")
        await connection.execute("SET enable_mergejoin = off")
        # every row is read: a plan for the first ones would look each key up by reading them all
        await connection.execute("SET cursor_tuple_fraction = 1")
        tell("everything is sequenced; notices, items, cases, decisions and the log are read")
        await _read_notices(connection, evidence=evidence, keys=keys)
        await _check_rows(connection, faults=faults)
        await _check_decisions(connection, book=books[1], refused=refused, evidence=evidence)
        log = await _read_log(connection)
    tell(f"{len(evidence.stored)} notices stored; each acknowledgement is held against them")
    _check_acknowledgements(books[0], evidence=evidence, log=log, keys=keys)
    return evidence


async def _wait_until_sequenced(connection: Connection, *, faults: Faults) -> None:
    loop = asyncio.get_running_loop()
    end = loop.time() + SEQUENCED_SECONDS
    begin = (await _rows(connection, query=b"SELECT clock_timestamp()::text"))[0][0]
    query = f"SELECT count(*) FROM ledger_leaf WHERE leaf_index IS NULL AND at <= '{begin}'"
    while waiting := (await _rows(connection, query=query.encode()))[0][0]:
        if loop.time() > end:
            faults.add("not sequenced", text=f"{waiting} leaves after {SEQUENCED_SECONDS:.0f} s")
            return
        await asyncio.sleep(LOOK_SECONDS)


async def _read_notices(connection: Connection, *, evidence: Evidence, keys: KeySet) -> None:
    async with connection.transaction(), connection.cursor(name="notices") as cursor:
        cursor.itersize = FETCHED_AT_ONCE
        await cursor.execute(_NOTICES)
        async for row in cursor:
            notice_id, sealed_key, sealed_body, _, leaf_hash, leaf_index, key = row
            opened = keys.open(Sealed(sealed_key, sealed_body), row=notice_id.bytes)
            sent = json.loads(opened[COMMITMENT_NONCE_BYTES:])
            stored = Stored(
                str(notice_id), leaf_hash.hex(), -1 if leaf_index is None else leaf_index
            )
            if key != sent["external_id"] or sent != json.loads(notice(key)):
                evidence.faults.add("not what was sent", text=f"{key} {notice_id}")
            if evidence.stored.setdefault(sent["external_id"], stored) is not stored:
                evidence.faults.add("twice", text=f"{key} {notice_id}")


async def _check_rows(connection: Connection, *, faults: Faults) -> None:
    for kind, query in (
        ("items missing", _ITEM_COUNTS),
        ("item neither open nor answered", _ITEMS_NOWHERE),
    ):
        for (what,) in await _rows(connection, query=query.encode()):
            faults.add(kind, text=str(what))
    for log_id, size, leaves, places, first, last in await _rows(connection, query=_LOG.encode()):
        if not (size == leaves == places and (first, last) == (0, size - 1)):
            words = f"{log_id}: size {size}, {leaves} placed leaves in {places} places"
            faults.add("log not dense", text=words)


async def _check_decisions(
    connection: Connection, *, book: Path, refused: list[str], evidence: Evidence
) -> None:
    stored = {row[0]: row[1:] for row in await _rows(connection, query=_DECISIONS.encode())}
    told: dict[str, str] = {}
    faults = evidence.faults
    for taken in decisions(book):
        if told.setdefault(taken.key, taken.id) != taken.id:
            faults.add("decision acknowledged with another id", text=taken.key)
        decision_id, answers, leaf_index = stored.get(taken.key, ("", 0, None))
        if decision_id != taken.id or answers != len(taken.answered) or leaf_index is None:
            faults.add("decision lost", text=f"{taken.key} {taken.id}")
    for key in set(refused) & stored.keys():
        faults.add("decision refused although taken", text=key)
    for key in stored.keys() - told.keys() - set(refused):
        faults.add("decision never acknowledged", text=key)
    evidence.decisions = len(told)


async def _read_log(connection: Connection) -> Log:
    tiles = await _rows(connection, query=b"SELECT tile, hashes FROM ledger_tile WHERE level = 0")
    heads = await _rows(
        connection,
        query=b"SELECT h.size, h.root, h.at, h.key_id, h.signature, g.log_id FROM ledger_head h "
        b"JOIN ledger_log g USING (tenant) ORDER BY h.size, h.at",
    )
    size, root, at, key_id, signature, log_id = heads[-1]
    return Log(
        tree=Tree(leaves_of({tile: bytes(hashes) for tile, hashes in tiles})[:size]),
        head={
            "v": 1,
            "log_id": log_id,
            "size": size,
            "root": root.hex(),
            "at": canonical.timestamp(at),
            "key_id": key_id,
            "signature": base64.b64encode(signature).decode(),
        },
        sizes=[row[0] for row in heads],
        signed_at=[canonical.timestamp(row[2]) for row in heads],
    )


def _check_acknowledgements(book: Path, *, evidence: Evidence, log: Log, keys: KeySet) -> None:
    verify_head(log.head, trusted_keys=[keys.public_key])
    told: dict[str, bytes] = {}
    fresh: Counter[str] = Counter()
    for each in acknowledgements(book):
        same = hashlib.sha256(json.dumps([each.id, each.receipt]).encode()).digest()
        fresh[each.key] += each.fresh
        if each.key not in told:
            told[each.key] = same
            _check_one(each, evidence=evidence, log=log, keys=keys)
        elif told[each.key] != same:
            evidence.faults.add("acknowledged in two ways", text=f"{each.key} {each.id}")
    for key in (key for key, times in fresh.items() if times > 1):
        evidence.faults.add("acknowledged twice as new", text=key)
    for key in evidence.stored.keys() - told.keys():
        evidence.faults.add("stored, never acknowledged", text=key)
    evidence.acknowledged = len(told)


def _check_one(each: Acknowledgement, *, evidence: Evidence, log: Log, keys: KeySet) -> None:
    stored = evidence.stored.get(each.key)
    if stored is None or stored.id != each.id:
        evidence.faults.add("lost", text=f"{each.key} {each.id}")
        return
    try:
        verify_receipt(each.receipt, public_key=keys.public_key)
    except (Refuted, Malformed) as cause:
        evidence.faults.add("receipt refuted", text=f"{each.key}: {cause}")
    if stored.leaf_hash != each.receipt["leaf_hash"] or not _is_included(stored, log=log):
        evidence.faults.add("unproven", text=f"{each.key} {each.id}")
        return
    evidence.proven += 1
    first = bisect.bisect_right(log.sizes, stored.leaf_index)
    if log.signed_at[first] > each.receipt["include_by"]:
        evidence.faults.add("included late", text=f"{each.key}: {log.signed_at[first]}")


def _is_included(stored: Stored, *, log: Log) -> bool:
    size, index = log.head["size"], stored.leaf_index
    if not 0 <= index < size:
        return False
    leaf = bytes.fromhex(stored.leaf_hash)
    root = root_from_inclusion(leaf, index=index, size=size, path=log.tree.path(index))
    return root == bytes.fromhex(log.head["root"])


async def _rows(connection: Connection, *, query: bytes) -> list[tuple[Any, ...]]:
    return await (await connection.execute(query)).fetchall()
