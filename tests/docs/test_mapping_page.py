"""The page on mapping files says what the code does."""

import codecs
import re

import msgspec
import pytest

from tests.house.tree import ROOT
from tools import reference
from tools.reference_fields import reachable
from tutela.domain.notice import Notice, Notifier, PossibleMinor, Subject
from tutela.intake.mapping import mapping
from tutela.intake.mapping.meaning import ENCODINGS, TIME_WORDS

PAGE = ROOT / "docs" / "reference" / "mapping.md"
TEXT = PAGE.read_text(encoding="utf-8")
#: What is the sender's to say, by their token.
NOT_IN_A_FILE = {"channel", "subjects"}


def test_every_part_of_a_mapping_is_told_field_by_field() -> None:
    told = {name for name in reference.names_in(PAGE) if name.startswith("fields ")}
    assert told == {
        f"fields intake.mapping.mapping.{kind.__name__}"
        for kind in reachable([mapping.NoticeMapping])
    }
    blank = [row for row in TEXT.splitlines() if re.fullmatch(r"\| `.*\|\s+\|", row)]
    assert blank == []


@pytest.mark.parametrize(
    ("sources", "filled"),
    [
        (mapping.NoticeSources, Notice),
        (mapping.NotifierSources, Notifier),
        (mapping.MinorSources, PossibleMinor),
        (mapping.SubjectSources, Subject),
    ],
)
def test_every_field_of_a_notice_can_be_mapped(
    sources: type[msgspec.Struct], filled: type[msgspec.Struct]
) -> None:
    fields = {field.name for field in msgspec.structs.fields(filled)} - NOT_IN_A_FILE
    assert {field.name for field in msgspec.structs.fields(sources)} == fields


@pytest.mark.parametrize("word", sorted(TIME_WORDS))
def test_every_word_for_a_time_is_told(word: str) -> None:
    assert f"`{word}`" in TEXT


def test_the_encodings_that_are_told_are_those_that_are_taken() -> None:
    (row,) = re.findall(r"^\| `encoding` .*$", TEXT, re.MULTILINE)
    told = {codecs.lookup(name).name for name in re.findall(r"`([a-z]+[\d-]*)`", row)[1:]}
    assert told == ENCODINGS - {"utf-8-sig"}
