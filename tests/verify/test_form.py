"""The form of an export, and what is said of a file that does not have it."""

import base64
from collections.abc import Callable
from hashlib import sha256

import pytest

from tests.verify.exporting import (
    OWNER,
    STRANGER,
    fault_of,
    jcs,
    leaf,
    stamp,
    valid_export,
    with_batches,
    written,
)
from tutela_verify import FaultKind, NotAnExport, Verdict
from tutela_verify.lines import LONGEST_LINE_BYTES

LINES = valid_export(4).lines()
TEXT = valid_export(4).written().decode()
IN_LINE_4 = TEXT.index("receipt\t") + 20
LOG, KEY, LEAF, END = 1, 2, 3, 11


def with_line(number: int, *, text: str) -> bytes:
    """The export with one line replaced; lines count from 1."""
    lines = TEXT.splitlines(keepends=True)
    lines[number - 1] = text
    return "".join(lines).encode()


def with_leaf(text: str) -> bytes:
    return with_line(LEAF, text=f"leaf\t{text}\n")


def with_line_again(number: int, *, behind: int) -> bytes:
    return written([*LINES[:behind], LINES[number - 1], *LINES[behind:]])


def with_log(**changes: object) -> bytes:
    log = LINES[0][1]
    assert isinstance(log, dict)
    return with_line(LOG, text=f"log\t{jcs(log | changes)}\n")


def with_key(**changes: str) -> bytes:
    return with_line(KEY, text=f"key\t{jcs(OWNER.line(**changes))}\n")


def with_end(heads: int, *, leaves: int, receipts: int) -> bytes:
    counts = {"heads": heads, "leaves": leaves, "receipts": receipts}
    return with_line(END, text=f"end\t{jcs(counts)}\n")


NOT_CANONICAL = "line 3: leaf 0 is not canonical JSON: a space, a key twice, or keys out of order"
NOT_A_TIME = "line 3: leaf 0 has a at that is not a UTC time with microseconds"

FILES: dict[str, bytes] = {
    "line 12: there are lines behind the end line": with_line_again(END, behind=END),
    "line 12: there are lines behind the end line ": TEXT.encode() + b"\n",
    "line 10: the file is cut behind this line: there is no end line": written(LINES[:-1]),
    "line 11: the file is cut in the middle of this line": TEXT.encode()[:-1],
    "line 4: the file is cut in the middle of this line": TEXT.encode()[
        : TEXT.index("receipt\t") + 20
    ],
    "line 2: a log line cannot stand behind a log line": with_line_again(LOG, behind=LOG),
    "line 5: a receipt line cannot stand behind a receipt line": with_line_again(4, behind=4),
    "line 5: a key line cannot stand behind a receipt line": with_line_again(KEY, behind=4),
    f"line 3: key {OWNER.key_id} is listed twice": with_line_again(KEY, behind=KEY),
    "line 3: the line has none of the kinds that the format knows": with_line(3, text="note\t{}\n"),
    "line 3: the line has none of the kinds that the format knows ": with_line(3, text="leaf {}\n"),
    "line 3: the line has none of the kinds that the format knows  ": with_line(3, text="\n"),
    "line 3: leaf 0 lacks at": with_leaf("{}"),
    "line 3: leaf 0 has the unknown field 'extra'": with_leaf(leaf(0, extra=1)),
    "line 3: leaf 0 has a version other than 1": with_leaf(leaf(0, v=2)),
    "line 3: leaf 0 has a version other than 1 ": with_leaf(leaf(0, v=True)),
    "line 3: leaf 0 has a type that is not a text": with_leaf(leaf(0, type="")),
    "line 3: leaf 0 has a id that is not a text": with_leaf(leaf(0, id=7)),
    "line 3: leaf 0 has a projection that is not an object": with_leaf(leaf(0, projection=[])),
    "line 3: leaf 0 has a body_commitment that is not a SHA-256 in lower-case hex": with_leaf(
        leaf(0, body_commitment="AB" * 32)
    ),
    NOT_CANONICAL: with_leaf(leaf(0).replace('"v":1', '"v":1,"v":1')),
    NOT_CANONICAL + " ": with_leaf(leaf(0).replace('"v":1', '"v": 1')),
    NOT_CANONICAL + "  ": with_leaf(leaf(0).replace('"v":1', '"v":-0')),
    NOT_CANONICAL + "   ": with_leaf(leaf(0).replace("main", "ma\\u0069n")),
    NOT_CANONICAL + "    ": with_leaf(leaf(0).replace("main", "\\ud800")),
    NOT_CANONICAL + "     ": with_leaf(leaf(0) + "\r"),
    NOT_CANONICAL + "      ": with_leaf(leaf(0) + "x"),
    "line 3: leaf 0 has the number 1.0, which is not an integer": with_leaf(
        leaf(0).replace('"v":1', '"v":1.0')
    ),
    "line 3: leaf 0 has the number NaN, which is not an integer": with_leaf(
        leaf(0).replace('"v":1', '"v":NaN')
    ),
    "line 3: leaf 0 has the integer 9007199254740992, beyond 2^53 - 1": with_leaf(
        leaf(0, projection={"n": 2**53})
    ),
    f"line 3: leaf 0 has the integer 1{'0' * 39}, beyond 2^53 - 1": with_leaf(
        leaf(0, projection={"n": 10**4000})
    ),
    "line 3: leaf 0 has a key outside the Basic Multilingual Plane": with_leaf(
        leaf(0, projection={"\U0001f600": 1})
    ),
    "line 3: leaf 0 is not JSON that the record allows": with_leaf("[" * 500_000),
    "line 3: leaf 0 is not JSON that the record allows ": with_leaf(""),
    "line 3: leaf 0 is not JSON that the record allows  ": with_leaf(leaf(0).replace("main", "\t")),
    "line 3: leaf 0 is not a JSON object": with_leaf("[]"),
    "line 3: leaf 0 is not UTF-8": with_leaf(leaf(0)).replace(b'"main"', b'"\xff"', 1),
    f"line 3: the line is longer than {LONGEST_LINE_BYTES} bytes": with_leaf(
        "x" * LONGEST_LINE_BYTES
    ),
    NOT_A_TIME: with_leaf(leaf(0).replace(stamp(0), "2026-11-21T10:00:00Z")),
    NOT_A_TIME + " ": with_leaf(leaf(0).replace(stamp(0), "2026-02-30T10:00:00.000000Z")),
    NOT_A_TIME + "  ": with_leaf(leaf(0).replace(stamp(0), "2026-11-21T29:00:00.000000Z")),
    NOT_A_TIME + "   ": with_leaf(leaf(0).replace(f'"{stamp(0)}"', "7")),
    "line 2: the key line is for a purpose other than the ledger": with_key(purpose="web"),
    "line 2: the key line has an id that is not that of its public key": with_key(
        key_id=STRANGER.key_id
    ),
    "line 2: the key line has a public_key that is not 32 bytes in base64": with_key(
        public_key="AAAA"
    ),
    "line 1: the log line has a format other than tutela-ledger-export": with_log(format="zip"),
    "line 11: the log line promises 5 leaves, the file holds 4": with_log(size=5),
    "line 11: the end line counts 5 leaves, the file holds 4": with_end(1, leaves=5, receipts=3),
    "line 11: the end line counts 2 receipts, the file holds 3": with_end(1, leaves=4, receipts=2),
    "line 11: the end line counts 2 heads, the file holds 1": with_end(2, leaves=4, receipts=3),
    "line 11: the end line has a heads that is not a count": with_end(-1, leaves=4, receipts=3),
}


@pytest.mark.parametrize("words", FILES)
def test_a_file_that_does_not_have_the_form_is_refuted_in_words(
    verify: Callable[..., Verdict], words: str
) -> None:
    assert str(fault_of(verify(FILES[words]))) == words.rstrip()


def changed_receipt(**changes: object) -> bytes:
    export = with_batches(valid_export(4), batch=4, signer=OWNER)
    export.receipts[0] = dict(export.receipts[0] or {}) | changes
    return export.written()


@pytest.mark.parametrize(
    "changes",
    [
        {"batch_path": {}},
        {"batch_path": [{"side": "left", "hash": "00" * 32}] * 65},
        {"batch_path": [{"side": "left"}]},
        {"batch_path": ["left"]},
        {"batch_path": [{"side": "up", "hash": "00" * 32}]},
        {"batch_path": [{"side": ["left"], "hash": "00" * 32}]},
        {"batch_path": [{"side": "left", "hash": "zz"}]},
        {"key_id": 7},
        {"key_id": "ABCDEFABCDEFABCD"},
        {"signature": None},
        {"signature": "*" * 88},
        {"signature": "A" * 85 + "B=="},
        {"leaf_hash": "0" * 63},
        {"code": "K7Q2"},
    ],
    ids=str,
)
def test_a_receipt_that_does_not_have_the_form_is_refuted(
    verify: Callable[..., Verdict], changes: dict[str, object]
) -> None:
    fault = fault_of(verify(changed_receipt(**changes)))
    assert fault.kind is FaultKind.MALFORMED
    assert "the receipt of leaf 0 has" in str(fault)


def test_a_batch_path_to_another_root_is_refuted(verify: Callable[..., Verdict]) -> None:
    content = changed_receipt(batch_path=[{"side": "left", "hash": "00" * 32}])
    assert fault_of(verify(content)).kind is FaultKind.BAD_SIGNATURE


def test_a_file_with_more_keys_than_any_log_has_is_refuted(verify: Callable[..., Verdict]) -> None:
    export = valid_export(0)
    export.keys = []
    for number in range(1_001):
        raw = sha256(b"%d" % number).digest()
        export.keys.append(
            OWNER.line(
                key_id=sha256(raw).hexdigest()[:16], public_key=base64.b64encode(raw).decode()
            )
        )
    verdict = verify(export, trusted_keys=[OWNER.public])
    assert "line 1002: there are more than 1000 keys" in str(fault_of(verdict))


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00.000000Z", "9999-12-31T23:59:59.999999Z"])
def test_times_at_the_ends_of_the_calendar_are_no_trouble(
    verify: Callable[..., Verdict], at: str
) -> None:
    export = valid_export(4)
    kept = {name: export.heads[0][name] for name in ("v", "log_id", "size", "root")}
    named = kept | {"at": at}
    export.heads = [named | OWNER.sign(named)]
    assert fault_of(verify(export)).kind in (FaultKind.MISDATED, FaultKind.FOREIGN_KEY)


@pytest.mark.parametrize(
    "content", [b"", b"\n", b"key\t{}\n", b"\x00" * 100, b"log {}\n", b"PK\x03\x04"]
)
def test_a_file_that_is_something_else_is_said_to_be_no_export(
    verify: Callable[..., Verdict], content: bytes
) -> None:
    with pytest.raises(NotAnExport):
        verify(content)
