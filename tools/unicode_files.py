"""The files of the Unicode Consortium, read: characters, confusables, properties."""

import hashlib
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

#: What a folder of the Unicode Character Database and of UTS #39 must hold.
FILES: Final = (
    "UnicodeData.txt",
    "CaseFolding.txt",
    "DerivedCoreProperties.txt",
    "Scripts.txt",
    "confusables.txt",
)
HANGUL: Final = range(0xAC00, 0xD7A4)
_VERSION: Final = re.compile(r"(?:Version: |-)(\d+\.\d+\.\d+)")


@dataclass(frozen=True, slots=True)
class Unicode:
    """One version of Unicode; keys are code points."""

    version: str
    #: SHA-256 of each file, hex.
    sources: dict[str, str]
    names: dict[int, str] = field(default_factory=dict)
    categories: dict[int, str] = field(default_factory=dict)
    classes: dict[int, int] = field(default_factory=dict)
    canonical: dict[int, tuple[int, ...]] = field(default_factory=dict)
    compatible: dict[int, tuple[int, ...]] = field(default_factory=dict)
    decimals: dict[int, int] = field(default_factory=dict)
    case_folds: dict[int, tuple[int, ...]] = field(default_factory=dict)
    scripts: dict[int, str] = field(default_factory=dict)
    ignorable: frozenset[int] = frozenset()
    prototypes: dict[int, tuple[int, ...]] = field(default_factory=dict)

    def decomposed(self, code_point: int) -> tuple[int, ...]:
        """NFD of one code point, Hangul too (Unicode 3.12); marks stay in their order."""
        if code_point in HANGUL:
            index = code_point - HANGUL.start
            parts: tuple[int, ...] = (
                0x1100 + index // 588,
                0x1161 + index % 588 // 28,
                0x11A7 + index % 28,
            )
            return parts if index % 28 else parts[:2]
        canonical = self.canonical.get(code_point, ())
        return tuple(leaf for part in canonical for leaf in self.decomposed(part)) or (code_point,)


def read(folder: Path) -> Unicode:
    """What the folder's files say; raises ValueError where they are of different versions."""
    texts = {name: (folder / name).read_text(encoding="utf-8-sig") for name in FILES}
    versions = {name: _VERSION.search(text) for name, text in texts.items()}
    known = {found[1] for found in versions.values() if found}
    if len(known) != 1:
        raise ValueError(f"files of different versions: {sorted(known)}")
    found = Unicode(
        version=known.pop(),
        sources={name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in FILES},
        scripts=dict(_property(texts["Scripts.txt"])),
        ignorable=frozenset(
            code_point
            for code_point, value in _property(texts["DerivedCoreProperties.txt"])
            if value == "Default_Ignorable_Code_Point"
        ),
        case_folds={
            int(fields[0], 16): _code_points(fields[2])
            for fields in _rows(texts["CaseFolding.txt"])
            if fields[1] in {"C", "F"}
        },
        prototypes={
            int(fields[0], 16): _code_points(fields[1])
            for fields in _rows(texts["confusables.txt"])
        },
    )
    _characters(texts["UnicodeData.txt"], into=found)
    return found


def _characters(text: str, *, into: Unicode) -> None:
    first = 0
    for fields in _rows(text):
        code_point, name, category = int(fields[0], 16), fields[1], fields[2]
        if name.endswith(", First>"):
            first = code_point
            continue
        for each in range(first if name.endswith(", Last>") else code_point, code_point + 1):
            into.names[each], into.categories[each] = name, category
        if int(fields[3]):
            into.classes[code_point] = int(fields[3])
        if fields[6]:
            into.decimals[code_point] = int(fields[6])
        kind, _, rest = fields[5].rpartition("> ")
        if rest:
            (into.compatible if kind else into.canonical)[code_point] = _code_points(rest)


def _property(text: str) -> list[tuple[int, str]]:
    found = []
    for fields in _rows(text):
        first, _, last = fields[0].partition("..")
        found += [(each, fields[1]) for each in range(int(first, 16), int(last or first, 16) + 1)]
    return found


def _rows(text: str) -> list[list[str]]:
    lines = (line.partition("#")[0] for line in text.splitlines())
    return [[each.strip() for each in line.split(";")] for line in lines if ";" in line]


def _code_points(text: str) -> tuple[int, ...]:
    return tuple(int(each, 16) for each in text.split())
