"""What a person is told: everything Article 17 asks for, in every language, and nothing else."""

import itertools
import re
from collections.abc import Iterator
from datetime import date
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.fixtures.stating import ILLEGAL, STATEMENT, TERMS
from tutela.decisions.words import WordsUnreadable, render
from tutela.decisions.words.catalogs import (
    catalog_of,
    catalogs,
    chosen,
    languages,
    read_catalog,
    refuse_unknown,
)
from tutela.decisions.words.entries import needed
from tutela.domain.decision import OTHER_KINDS
from tutela.domain.notice import Subject
from tutela.domain.statement import Reasons, Redress, Restriction, Source, Statement
from tutela.domain.vocabulary import Audience, AutomatedDecision, MeasureKind, SubjectKind

PLACES = list(itertools.product(languages(), Audience))
CODE = "ABCD-EFGH"
#: Words that people wrote, which stand in no catalogue.
WRITTEN = {"P1x", "F2x", "C3x", "L4x", "V5x", "T6x", "E7x"}
WORDS_PER_SENTENCE_MAX = {Audience.ADULT: 22, Audience.CHILD: 14}
ENGLISH = {"the", "your", "you", "this", "with", "have", "from", "because", "and", "our"}


def restriction(kind: MeasureKind) -> Restriction:
    return Restriction(kind=kind, text="T6x" if kind in OTHER_KINDS else None)


def told(
    statement: Statement = STATEMENT,
    *,
    language: str = "en",
    audience: Audience = Audience.ADULT,
) -> str:
    rendered = render(statement, code=CODE, language=language, audience=audience)
    return f"{rendered.title}\n{rendered.text}"


def of_every_kind() -> Iterator[Statement]:
    registered = replace(
        TERMS, terms_in_force_from=date(2026, 9, 1), terms_url="https://example.org/t"
    )
    for kind in MeasureKind:
        yield replace(STATEMENT, restrictions=(restriction(kind),))
    for reasons in (ILLEGAL, TERMS, registered):
        yield replace(STATEMENT, reasons=reasons)
    for source in Source:
        yield replace(STATEMENT, source=source)
    for detection, how in itertools.product((True, False), AutomatedDecision):
        yield replace(STATEMENT, automated_detection=detection, automated_decision=how)
    for way in Redress:
        yield replace(STATEMENT, redress=(way,))
    for subject in SubjectKind:
        yield replace(STATEMENT, subject=Subject(kind=subject, id="P1x", account_id="a-7"))
    yield replace(STATEMENT, territory=None)
    yield replace(STATEMENT, until=None)


@pytest.mark.parametrize(("language", "audience"), PLACES)
def test_every_statement_has_its_own_whole_text(language: str, audience: Audience) -> None:
    every = list(of_every_kind())
    texts = [told(each, language=language, audience=audience) for each in every]
    assert len(set(texts)) == len({repr(each) for each in every})
    assert [text for text in texts if "{" in text or "}" in text or "  " in text] == []


@pytest.mark.parametrize(("language", "audience"), PLACES)
def test_a_text_says_all_that_was_decided_and_found(language: str, audience: Audience) -> None:
    found = [told(each, language=language, audience=audience) for each in of_every_kind()]
    everything = "\n".join(found)
    assert {word for word in WRITTEN if word in everything} == WRITTEN
    assert all("E7x" in text and "F2x" in text and CODE in text for text in found)
    complaint = told(replace(STATEMENT, redress=(Redress.INTERNAL_COMPLAINT,)), language=language)
    assert re.search(r"\b6\b", complaint)


@pytest.mark.parametrize(("language", "audience"), PLACES)
def test_no_catalogue_borrows_from_another(language: str, audience: Audience) -> None:
    own = catalog_of(language, audience=audience)
    for other in catalogs().values():
        if other is not own:
            same = {
                entry
                for entry, template in own.templates.items()
                if other.templates.get(entry) == template
            }
            allowed = set(own.templates) if other.language == own.language else set()
            assert same <= allowed
    if language != "en":
        text = "\n".join(
            told(each, language=language, audience=audience) for each in of_every_kind()
        )
        assert set(re.findall(r"[a-z]+", text.lower())) & ENGLISH == set()


@pytest.mark.parametrize(("language", "audience"), PLACES)
def test_sentences_are_short(language: str, audience: Audience) -> None:
    catalog = catalog_of(language, audience=audience)
    sentences = [
        sentence
        for template in catalog.templates.values()
        for sentence in re.split(
            r"[.?!:]\s|\n", template.filled(dict.fromkeys(WRITTEN_FIELDS, "x"))
        )
    ]
    limit = WORDS_PER_SENTENCE_MAX[audience]
    assert [each for each in sentences if len(each.split()) > limit] == []


def test_there_are_words_in_four_languages_for_adults_and_children() -> None:
    assert languages() == ("de", "en", "es", "fr")
    assert len(catalogs()) == len(languages()) * len(Audience)


@pytest.mark.parametrize("audience", Audience)
def test_days_and_countries_are_written_as_the_language_does(audience: Audience) -> None:
    german = told(language="de", audience=audience)
    assert "21. November 2026" in german
    assert "1. März 2027" in german
    assert "Deutschland und Portugal" in german
    assert "21 November 2026" in told(audience=audience)
    assert "Germany and Portugal" in told(audience=audience)


@pytest.mark.parametrize(
    ("wanted", "language"),
    [
        (["de"], "de"),
        (["de-AT"], "de"),
        (["DE-at-1996"], "de"),
        (["de-x-house"], "de"),
        (["xx-DE", "de"], "de"),
        ([None, "xx"], "en"),
        (["x-house", ""], "en"),
    ],
)
def test_a_language_without_words_falls_back(wanted: list[str | None], language: str) -> None:
    assert chosen(*wanted) == language


@given(st.text(max_size=200), st.text(max_size=200), st.text(min_size=1, max_size=50))
def test_what_people_wrote_comes_out_as_they_wrote_it(facts: str, why: str, place: str) -> None:
    statement = replace(
        STATEMENT,
        facts=facts,
        reasons=replace(ILLEGAL, explanation=why),
        subject=Subject(kind=SubjectKind.CONTENT, id=place),
    )
    text = told(statement, language="de")
    assert facts in text
    assert why in text
    assert place in text


@pytest.mark.parametrize(
    "hostile", ["{facts}", "{0.__class__}", "%(code)s", "<b>x</b>", "{", "}}", "\\{code\\}"]
)
def test_braces_percents_and_markup_are_text(hostile: str) -> None:
    assert hostile in told(replace(STATEMENT, facts=hostile))
    assert told(replace(STATEMENT, facts=hostile)).count(CODE) == 1


def test_nobody_learns_who_gave_notice_or_whose_account_it_is() -> None:
    parameters = set(Statement.__struct_fields__) | set(Reasons.__struct_fields__)
    assert {name for name in parameters if "notifier" in name} == set()
    assert "a-7" not in told()


def test_the_version_changes_with_the_words() -> None:
    text, file = source_of("de", audience=Audience.ADULT)
    first = read_catalog(text, file=file)
    assert first.version == read_catalog(text, file=file).version
    other = read_catalog(text.replace("Dein Code", "Code"), file=file)
    assert other.version != first.version
    assert first.version.startswith("1+")


WRITTEN_FIELDS = sorted({field for fields in needed(Audience.CHILD).values() for field in fields})
EVERY_FIELD = [
    (entry, field) for entry, fields in needed(Audience.ADULT).items() for field in sorted(fields)
]


def source_of(language: str, *, audience: Audience) -> tuple[str, str]:
    file = f"{language}-{audience}.po"
    folder = resources.files("tutela.decisions.words") / "languages"
    return (folder / file).read_text("utf-8"), file


def changed(entry: str, *, old: str, new: str) -> str:
    """The German catalogue with one entry changed."""
    text, _ = source_of("de", audience=Audience.ADULT)
    before, at, after = text.partition(f'msgid "{entry}"\n')
    body, gap, rest = after.partition("\n\n")
    assert old in body
    return before + at + body.replace(old, new) + gap + rest


@pytest.mark.parametrize(("entry", "field"), EVERY_FIELD)
def test_a_template_without_a_needed_field_is_refused(entry: str, field: str) -> None:
    text = changed(entry, old=f"{{{field}}}", new="")
    with pytest.raises(WordsUnreadable) as caught:
        read_catalog(text, file="de-adult.po")
    said = str(caught.value)
    assert "de-adult.po" in said
    assert entry in said
    assert f"{{{field}}}" in said


@pytest.mark.parametrize(
    ("entry", "old", "new", "why"),
    [
        ("facts", "{facts}", "{facts} {notifier}", "unknown field {notifier}"),
        ("facts", "{facts}", "{facts} {", "a brace alone"),
        ("facts", "{facts}", "{facts!r}", "a field with a format"),
        ("facts", "{facts}", "{facts:>9}", "a field with a format"),
        ("code", "msgstr", "#~ msgstr", "code"),
        ("heading.what", "Was wir getan haben", "", "no text"),
    ],
)
def test_a_broken_entry_is_refused_by_name(entry: str, old: str, new: str, why: str) -> None:
    with pytest.raises(WordsUnreadable) as caught:
        read_catalog(changed(entry, old=old, new=new), file="de-adult.po")
    assert "de-adult.po" in str(caught.value)
    assert why in str(caught.value)


def test_an_entry_nobody_says_and_a_file_of_no_audience_are_refused() -> None:
    text, file = source_of("de", audience=Audience.ADULT)
    with pytest.raises(WordsUnreadable, match=r"de-adult.po, entry headng.what: is not an entry"):
        read_catalog(text.replace('"heading.what"', '"headng.what"'), file=file)
    with pytest.raises(WordsUnreadable, match=r"de-elders.po: is not named"):
        read_catalog(text, file="de-elders.po")
    with pytest.raises(WordsUnreadable, match=r"de-adult.po: has no Language"):
        read_catalog(text.replace("Language: de_DE", "Language: "), file=file)
    with pytest.raises(WordsUnreadable, match=r"de-adult.po: is no .po file"):
        read_catalog(text.replace("msgid", "msg", 3), file=file)


def test_a_fuzzy_entry_is_no_entry() -> None:
    text, file = source_of("de", audience=Audience.ADULT)
    fuzzy = text.replace('msgid "code"', '#, fuzzy\nmsgid "code"')
    with pytest.raises(WordsUnreadable, match="entry code: is missing"):
        read_catalog(fuzzy, file=file)


def test_a_service_speaks_a_language_that_there_is() -> None:
    refuse_unknown("de")
    with pytest.raises(WordsUnreadable, match="TUTELA_LANGUAGE is xx"):
        refuse_unknown("xx")
