"""Every text is there in every language, says the same figures, and is used."""

import re
from datetime import datetime, timedelta, timezone
from pathlib import Path
from string import Formatter

import pytest

import tutela.web
from tutela.decisions.lookup import StatementState
from tutela.domain.states import ItemState
from tutela.domain.vocabulary import AutomatedDecision, Ground, Outcome
from tutela.intake.channels.form import MEANINGS, HarmKind
from tutela.intake.receipts import ItemShown, Redress
from tutela.law.notices import anonymous_keywords
from tutela.settings import BadSetting, Settings
from tutela.web.public.filled import SHOWN, WISHES
from tutela.web.public.help import ORDER
from tutela.web.public.offer import Offer, fields, offer_of
from tutela.web.public.pages import _KINDS
from tutela.web.public.report import GROUPS
from tutela.web.public.underage import Sign
from tutela.web.public.words import LANGUAGES, YOUNG, Words, language_of, time_in_words, words
from tutela.web.theme import Theme

FOLDER = Path(tutela.web.__file__).parent
CATALOGUE = (FOLDER / "public" / "words" / "en.toml").read_text(encoding="utf-8")
#: Keys that are made of a list's members.
MADE = {
    *(f"line_{kind}{more}" for kind in ORDER for more in ("", "_more")),
    *(f"harm_{kind}" for kind in HarmKind),
    *(f"{about}{look}" for about in ("status", "decision") for look in ("", "_look")),
    *(f"sign_{sign}" for sign in Sign),
    *(f"group_{name}" for name in GROUPS),
    *(f"wish_{name}" for name in WISHES),
    *(f"field_{name}" for name in ("where", "why", "name", "email")),
    *(f"state_{state}" for state in ItemState),
    *(f"item_{state}" for state in ItemShown),
    *(f"statement_{state}" for state in StatementState),
    *(f"outcome_{outcome}" for outcome in (Outcome.ACT, Outcome.DISMISS)),
    *(f"ground_{ground}" for ground in Ground),
    *(f"automated_{how}" for how in AutomatedDecision),
    *(f"redress_{way}" for way in Redress),
    *(f"theme_{theme}" for theme in Theme),
    *(f"trouble_{kind}{more}" for kind in ("busy", "reused") for more in ("", "_more")),
    *(f"problem_{kind}{more}" for kind in {"broken", *_KINDS.values()} for more in ("", "_more")),
}


def places_in(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def too_long(texts: Words, *, most: int) -> list[str]:
    """The sentences of more words than that."""
    sentences = (each for text in texts.values() for each in re.split(r"[.!?:;](?:\s|$)", text))
    return [each for each in sentences if len(each.split()) > most]


def used() -> set[str]:
    pages = [path.read_text("utf-8") for path in (FOLDER / "templates/public").glob("*.html")]
    code = [path.read_text("utf-8") for path in (FOLDER / "public").glob("*.py")]
    in_pages = {key for page in pages for key in re.findall(r"\bw\.(\w+)", page)}
    in_code = {
        key for text in code for key in re.findall(r'"((?:error|time|months|name)\w*)"', text)
    }
    return in_pages | in_code | MADE


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalogue_has_every_text_and_no_other(language: str) -> None:
    assert set(words(language)) == set(words("en"))
    assert set(words(language)) - used() == set()
    assert {key for key in used() if key.startswith(("error_", "field_", "harm_"))} <= set(
        words(language)
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_text_speaks_of_the_same_figures_in_every_language(language: str) -> None:
    wrong = [
        key
        for key, text in words("en").items()
        if places_in(text) != places_in(words(language)[key])
    ]
    assert wrong == []
    assert [key for key, text in words(language).items() if not text.strip()] == []


def test_every_catalogue_is_a_language_or_its_words_for_younger_people() -> None:
    found = {path.stem for path in (FOLDER / "public" / "words").glob("*.toml")}
    assert found >= {*LANGUAGES, *(language + YOUNG for language in LANGUAGES)}
    assert {language_of(voice) for voice in found} <= found


@pytest.mark.parametrize("language", LANGUAGES)
def test_younger_people_read_other_words_in_shorter_sentences(language: str) -> None:
    usual, young = words(language), words(language + YOUNG)
    assert set(usual) == set(young)
    changed = {key for key in usual if usual[key] != young[key]}
    assert changed >= {"lead", "receipt", "receipt_lead", "field_why", "who_lead", "help_lead"}
    assert [key for key in changed if fields(usual[key]) != fields(young[key])] == []
    assert too_long(usual, most=22) == []
    assert too_long(young, most=16) == []


def test_nobody_young_is_spoken_to_in_two_ways() -> None:
    formal = re.compile(r"\b(vous|votre|vos)\b", re.IGNORECASE)
    young = words("fr" + YOUNG)
    assert [key for key, text in young.items() if formal.search(text)] == []


def test_what_an_operator_lists_is_what_there_is(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match=r"no catalogue xx\.toml"):
        offer_of(Settings(public_languages="en,xx"))
    half, own = tmp_path / "yy.toml", tmp_path / "xx.toml"
    half.write_text(CATALOGUE.replace("{count}", "{number}", 1), encoding="utf-8")
    with pytest.raises(BadSetting, match=r"yy\.toml, error_\w+: the fields are count"):
        offer_of(Settings(public_languages="en,yy", public_words=tmp_path))
    own.write_text(CATALOGUE, encoding="utf-8")
    offer = offer_of(Settings(public_languages="xx,de", public_words=tmp_path))
    assert offer.chosen(None, accepted="fr") == "xx"
    assert offer.others("de" + YOUNG) == {"xx": "English"}
    assert (offer.twin("xx"), offer.twin("de")) == (None, "de" + YOUNG)
    assert not offer.has("fr")


@pytest.mark.parametrize(
    ("asked", "accepted", "language"),
    [
        (None, "", "en"),
        ("de", "en", "de"),
        ("xx", "de-AT,de;q=0.9,en;q=0.8", "de"),
        (None, "fr-CA", "fr"),
        (None, "es-419, en;q=0.2", "es"),
        (None, "xx, de;q=0.5, en;q=0.7", "en"),
        (None, "DE-ch ; q=0.2", "de"),
        (None, "de;q=nonsense, en;q=0.1", "en"),
        (None, "*", "en"),
        (None, "de;q=0", "en"),
        (None, ",;=," * 5_000, "en"),
    ],
)
def test_the_language_is_what_was_asked_for_else_what_the_browser_likes(
    asked: str | None, accepted: str, language: str
) -> None:
    assert Offer().chosen(asked, accepted=accepted) == language


def test_a_language_of_a_region_is_found_by_what_the_browser_likes() -> None:
    offer = Offer(languages=("en", "pt", "pt-BR"))
    assert offer.chosen(None, accepted="pt-br") == "pt-BR"
    assert offer.chosen(None, accepted="pt-PT, en;q=0.8") == "pt"
    assert offer.chosen(None, accepted="pt") == "pt"


def test_a_time_is_written_for_people() -> None:
    at = datetime(2026, 3, 1, 0, 30, tzinfo=timezone(timedelta(hours=1)))
    assert time_in_words(at, words=words("en")) == "28 February 2026, 23:30 (UTC)"
    assert time_in_words(at, words=words("de")) == "28. Februar 2026, 23:30 Uhr (UTC)"
    assert time_in_words(at, words=words("fr")) == "28 février 2026, 23:30 (UTC)"
    assert time_in_words(at, words=words("es")) == "28 de febrero de 2026, 23:30 (UTC)"


def test_every_kind_of_harm_has_its_meaning_and_its_place_on_the_page() -> None:
    assert set(MEANINGS) == set(HarmKind)
    assert [kind for kinds in GROUPS.values() for kind in kinds] == list(HarmKind)
    nameless = {kind for kind, meaning in MEANINGS.items() if meaning.keyword in _anonymous()}
    assert nameless == {HarmKind.CHILD_ABUSE, HarmKind.CHILD_ABUSE_MADE, HarmKind.GROOMING}


def test_every_field_is_shown_by_one_step() -> None:
    shown = [name for names in SHOWN.values() for name in names]
    assert len(shown) == len(set(shown))


def _anonymous() -> frozenset[str]:
    return frozenset(map(str, anonymous_keywords(datetime(2026, 11, 21).date())))  # noqa: DTZ001 - a day
