"""A room's pack, verified: signed, complete, and every entry a leaf under a signed head."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, NoReturn

from tutela_verify import formats
from tutela_verify.formats import Head, Malformed
from tutela_verify.lines import LONGEST_LINE_BYTES
from tutela_verify.merkle import leaf_hash, root_from_inclusion
from tutela_verify.trust import Keyring, signed_at
from tutela_verify.verdict import Fault, FaultKind, NotAnExport, Refuted

PACK_FORMAT: Final = "tutela-room-pack"
WHOLE: Final = "whole"

_BEGIN: Final = b"pack\t"
_NONCE_BYTES: Final = 32
_LONGEST_PATH: Final = 128
_PACK_FIELDS: Final = frozenset(
    {"v", "format", "log_id", "room", "entries", "contents", "exported_at"}
)
_ENTRY_FIELDS: Final = frozenset({"number", "leaf", "leaf_index", "path"})
_SAID_FIELDS: Final = frozenset({"body", "nonce"})
_END_FIELDS: Final = frozenset({"entries", "sha256", "key_id", "signature"})
#: What may stand directly before a line of each kind.
_BEFORE: Final[Mapping[str, frozenset[str]]] = {
    "pack": frozenset({""}),
    "key": frozenset({"pack", "key"}),
    "head": frozenset({"key"}),
    "entry": frozenset({"head", "entry"}),
    "end": frozenset({"entry"}),
}


class _Seal(Head):
    """The signature over a whole pack: `size` counts its entries, `root` is its digest."""

    def signed(self) -> bytes:
        """The bytes under the signature."""
        return formats.canonical(
            {
                "v": 1,
                "purpose": "room.pack",
                "log_id": self.log_id,
                "entries": self.size,
                "sha256": self.root,
                "at": self.at,
            }
        )


@dataclass(slots=True, kw_only=True)
class PackVerdict:
    """Whether a pack holds, and what it is; with a fault, what was read up to it."""

    ok: bool = False
    first_fault: Fault | None = None
    log_id: str = ""
    room: str = ""
    #: ``whole``, or ``left_out`` where only the leaves are there.
    contents: str = ""
    exported_at: str = ""
    entries: int = 0
    entry_types: dict[str, int] = field(default_factory=dict)
    first_at: str = ""
    last_at: str = ""
    #: Of the head that all entries are under.
    size: int = 0
    head_at: str = ""
    keys_from_file: bool = True


def is_pack(path: str | Path) -> bool:
    """Whether the file begins as a pack does; raises OSError."""
    with Path(path).open("rb") as file:
        return file.read(len(_BEGIN)) == _BEGIN


def verify_pack(path: str | Path, *, trusted_keys: Sequence[str | bytes] = ()) -> PackVerdict:
    """Whether a pack holds; where it does not, the first fault in the order of its lines.

    Without ``trusted_keys`` the keys of the file are taken. Raises OSError, NotAnExport for a file
    that is no pack, and Malformed where a given key is none.
    """
    if not is_pack(path):
        raise NotAnExport("it does not begin with a pack line")
    return _Reading(Keyring(trusted_keys)).run(Path(path))


class _Reading:
    """One reading of a pack."""

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring
        self._verdict = PackVerdict(keys_from_file=keyring.from_file)
        self._promised = 0
        self._head: Head | None = None
        self._number, self._kind = 0, ""
        self._digest = sha256()
        self._indexes: set[int] = set()
        self._takers: Mapping[str, Callable[[dict[str, Any]], None]] = {
            "pack": self._take_pack,
            "key": self._take_key,
            "head": self._take_head,
            "entry": self._take_entry,
            "end": self._take_end,
        }

    def run(self, path: Path) -> PackVerdict:
        """The verdict over every line."""
        try:
            with path.open("rb") as file:
                while line := file.readline(LONGEST_LINE_BYTES):
                    self._take(line)
            if self._kind != "end":
                self._refute(FaultKind.CUT, words="the file is cut: there is no end line")
            self._verdict.ok = True
        except Refuted as refuted:
            self._verdict.first_fault = refuted.fault
        return self._verdict

    def _take(self, line: bytes) -> None:
        self._number += 1
        name, _, body = line[:-1].partition(b"\t")
        kind, before = name.decode("latin-1"), self._kind
        if not line.endswith(b"\n"):
            self._refute(FaultKind.CUT, words="the line is cut or too long")
        if kind not in _BEFORE or before not in _BEFORE[kind]:
            behind = before or "nothing"
            self._refute(FaultKind.MALFORMED, words=f"this line cannot stand behind {behind}")
        self._kind = kind
        try:
            self._takers[kind](formats.read_canonical(body))
        except Malformed as error:
            self._refute(FaultKind.MALFORMED, words=f"the {kind} line {error}")
        self._digest.update(line)

    def _take_pack(self, value: dict[str, Any]) -> None:
        formats.require_fields(value, required=_PACK_FIELDS)
        formats.require_version(value)
        if value["format"] != PACK_FORMAT:
            raise Malformed(f"has a format other than {PACK_FORMAT}")
        verdict = self._verdict
        verdict.log_id = formats.read_text(value, name="log_id")
        verdict.room = formats.read_text(value, name="room")
        verdict.contents = formats.read_text(value, name="contents")
        verdict.exported_at = formats.read_time(value, name="exported_at")
        self._promised = formats.read_count(value, name="entries")

    def _take_key(self, value: dict[str, Any]) -> None:
        self._keyring.learn(formats.read_key(value), line=self._number)

    def _take_head(self, value: dict[str, Any]) -> None:
        head = formats.read_head(value)
        if head.log_id != self._verdict.log_id:
            self._refute(FaultKind.FOREIGN_LOG, words="the head is of another log")
        where = signed_at(f"the head of size {head.size}", line=self._number)
        self._keyring.require_signature(head, where=where)
        self._head = head
        self._verdict.size, self._verdict.head_at = head.size, head.at

    def _take_entry(self, value: dict[str, Any]) -> None:
        optional = _SAID_FIELDS if self._verdict.contents == WHOLE else frozenset()
        formats.require_fields(value, required=_ENTRY_FIELDS | optional)
        verdict, number = self._verdict, formats.read_count(value, name="number")
        if number != verdict.entries + 1:
            words = f"entry {number} stands where {verdict.entries + 1} belongs"
            self._refute(FaultKind.CUT, words=words)
        leaf = value["leaf"]
        if type(leaf) is not dict:
            raise Malformed("has a leaf that is not an object")
        formats.check_leaf(leaf)
        self._check_own(leaf, number=number)
        self._check_place(value, leaf=leaf)
        if optional:
            self._check_said(value, leaf=leaf)
        verdict.entries = number
        verdict.entry_types[leaf["type"]] = verdict.entry_types.get(leaf["type"], 0) + 1
        verdict.first_at = verdict.first_at or leaf["at"]
        verdict.last_at = leaf["at"]

    def _check_own(self, leaf: dict[str, Any], *, number: int) -> None:
        """That the leaf itself says which entry of which room it is."""
        projection = leaf["projection"]
        is_own = leaf["type"].startswith("investigation.")
        if not is_own or projection.get("room") != self._verdict.room:
            self._refute(FaultKind.WRONG_PROOF, words=f"entry {number} is of another room")
        if projection.get("number") != number or (number == 1) != leaf["type"].endswith(".opened"):
            words = f"entry {number}: its leaf stands elsewhere in the time line"
            self._refute(FaultKind.WRONG_PROOF, words=words)

    def _check_place(self, value: dict[str, Any], *, leaf: dict[str, Any]) -> None:
        head, path = self._head, value["path"]
        if head is None or type(path) is not list or len(path) > _LONGEST_PATH:
            raise Malformed("has a path that is not a short list")
        steps = [bytes.fromhex(formats.read_hash({"path": each}, name="path")) for each in path]
        index = formats.read_count(value, name="leaf_index")
        hashed = leaf_hash(formats.canonical(leaf))
        computed = root_from_inclusion(hashed, index=index, size=head.size, path=steps)
        if computed != bytes.fromhex(head.root) or index in self._indexes:
            words = f"entry {value['number']}: its leaf is not in the log under the head"
            self._refute(FaultKind.WRONG_PROOF, words=words)
        self._indexes.add(index)

    def _check_said(self, value: dict[str, Any], *, leaf: dict[str, Any]) -> None:
        nonce = formats.read_base64(value["nonce"], length=_NONCE_BYTES, name="nonce")
        if type(value["body"]) is not dict:
            raise Malformed("has a body that is not an object")
        said = sha256(nonce + formats.canonical(value["body"])).hexdigest()
        if said != leaf["body_commitment"]:
            words = f"entry {value['number']}: what it says is not what its leaf commits to"
            self._refute(FaultKind.LEAF_CHANGED, words=words)

    def _take_end(self, value: dict[str, Any]) -> None:
        formats.require_fields(value, required=_END_FIELDS)
        verdict, digest = self._verdict, self._digest.hexdigest()
        count = formats.read_count(value, name="entries")
        if not count == verdict.entries == self._promised:
            words = f"{count} entries are promised, the file holds {verdict.entries}"
            self._refute(FaultKind.CUT, words=words)
        if formats.read_hash(value, name="sha256") != digest:
            self._refute(FaultKind.BAD_SIGNATURE, words="the file is not what was signed")
        seal = _Seal(
            log_id=verdict.log_id,
            size=count,
            root=digest,
            at=verdict.exported_at,
            key_id=formats.read_key_id(value),
            signature=formats.read_base64(value["signature"], length=64, name="signature"),
        )
        self._keyring.require_signature(seal, where=signed_at("the pack", line=self._number))

    def _refute(self, kind: FaultKind, *, words: str) -> NoReturn:
        raise Refuted(Fault(kind=kind, words=words, line=self._number))
