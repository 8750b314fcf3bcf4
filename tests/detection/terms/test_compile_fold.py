"""The table is compiled from Unicode's files: here from small ones of the same form."""

from pathlib import Path

import numpy as np
import pytest

from tools import unicode_files
from tools.compile_fold import Latin
from tutela.detection.terms import codes
from tutela.detection.terms.table import table

CHARACTERS = """\
0061;LATIN SMALL LETTER A;Ll;0;L;;;;;N;;;0041;;0041
00E1;LATIN SMALL LETTER A WITH ACUTE;Ll;0;L;0061 0301;;;;N;;;00C1;;00C1
0301;COMBINING ACUTE ACCENT;Mn;230;NSM;;;;;N;;;;;
0430;CYRILLIC SMALL LETTER A;Ll;0;L;;;;;N;;;0410;;0410
20000;<CJK Ideograph Extension B, First>;Lo;0;L;;;;;N;;;;;
20003;<CJK Ideograph Extension B, Last>;Lo;0;L;;;;;N;;;;;
1D41A;MATHEMATICAL BOLD SMALL A;Ll;0;L;<font> 0061;;;;N;;;;;
"""
FILES = {
    "UnicodeData.txt": CHARACTERS,
    "CaseFolding.txt": "# CaseFolding-15.0.0.txt\n0041; C; 0061; # A\n00DF; F; 0073 0073; # ss\n",
    "DerivedCoreProperties.txt": "# X-15.0.0.txt\n200B..200F ; Default_Ignorable_Code_Point\n",
    "Scripts.txt": "# Scripts-15.0.0.txt\n0430..0431 ; Cyrillic # x\n",
    "confusables.txt": "\ufeff# Version: 15.0.0\n0430 ;\t0061 ;\tMA\t# x\n",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_characters_ranges_and_properties_are_read(folder: Path) -> None:
    read = unicode_files.read(folder)
    assert read.version == "15.0.0"
    assert [point for point in read.categories if point >= 0x20000] == list(range(0x20000, 0x20004))
    assert read.decomposed(0xE1) == (0x61, 0x301)
    assert read.decomposed(0xAC01) == (0x1100, 0x1161, 0x11A8)
    assert (read.prototypes, read.ignorable) == ({0x430: (0x61,)}, frozenset(range(0x200B, 0x2010)))


def test_files_of_different_versions_are_refused(folder: Path) -> None:
    (folder / "Scripts.txt").write_text("# Scripts-16.0.0.txt\n", encoding="utf-8")
    with pytest.raises(ValueError, match="different versions"):
        unicode_files.read(folder)


def test_likenesses_compatible_forms_and_marks_become_letters(folder: Path) -> None:
    latin = Latin(unicode_files.read(folder))
    letter = (codes.coded("a"),)
    assert [latin.codes(point) for point in (0x61, 0xE1, 0x1D41A)] == [letter] * 3
    assert codes.letter(latin.codes(0x430)[0]) == "a"
    assert latin.codes(0x301) == (codes.MARK,)
    assert latin.codes(0x200B) == (codes.DROP,)


def test_the_committed_table_has_a_code_for_every_code_point() -> None:
    single = table().latin.single
    assert len(single) == len(table().native.single) == 0x110000
    known = {*range(codes.OTHER + 1), codes.MANY}
    assert {int(code) for code in np.unique(single) if not codes.letter(int(code))} <= known
    assert set(table().latin.many.keys.tolist()) == set(
        np.flatnonzero(single == codes.MANY).tolist()
    )


def test_hangul_is_not_taken_apart() -> None:
    syllables = np.arange(0xAC00, 0xD7A4)
    assert np.array_equal(table().native.single[syllables], syllables)
    assert set(table().latin.single[syllables].tolist()) == {codes.OTHER}
