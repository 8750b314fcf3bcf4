"""The stand-in's rules and the client's checker, written apart, say the same of odd statements."""

import random
from typing import Final

from tests.fixtures.transparency import statement
from tutela.compliance.transparency import check, check_batch
from tutela.compliance.transparency.urls import is_url
from tutela.drills.transparency_database import formats, normal, rules, vocabulary
from tutela.drills.transparency_database.validation import judged

CASES: Final = 1_500
SEED: Final = 20_261_122

TEXTS: Final = (
    "decision_visibility_other",
    "decision_monetary_other",
    "category_specification_other",
    "illegal_content_legal_ground",
    "illegal_content_explanation",
    "incompatible_content_ground",
    "incompatible_content_explanation",
    "content_type_other",
    "decision_facts",
    "source_identity",
    "puid",
)
LISTED: Final = {
    "decision_visibility": vocabulary.DECISION_VISIBILITY,
    "category_addition": vocabulary.CATEGORY,
    "category_specification": vocabulary.KEYWORD,
    "content_type": vocabulary.CONTENT_TYPE,
    "territorial_scope": vocabulary.COUNTRY,
}
CHOSEN: Final = {
    "decision_monetary": vocabulary.DECISION_MONETARY,
    "decision_provision": vocabulary.DECISION_PROVISION,
    "decision_account": vocabulary.DECISION_ACCOUNT,
    "account_type": vocabulary.ACCOUNT_TYPE,
    "decision_ground": vocabulary.DECISION_GROUND,
    "incompatible_content_illegal": vocabulary.YES_NO,
    "category": vocabulary.CATEGORY,
    "content_language": vocabulary.LANGUAGE,
    "source_type": vocabulary.SOURCE_TYPE,
    "automated_detection": vocabulary.YES_NO,
    "automated_decision": vocabulary.AUTOMATED_DECISION,
}
DAYS: Final = (
    "content_date",
    "application_date",
    "end_date_visibility_restriction",
    "end_date_account_restriction",
    "end_date_monetary_restriction",
    "end_date_service_restriction",
)
ODD: Final[tuple[object, ...]] = (
    None,
    "",
    "  ",
    "\u200b",
    0,
    1,
    -5,
    1.5,
    2.0,
    True,
    False,
    [],
    {},
    [None],
    ["x"],
    [[]],
    {"a": "b"},
    "null",
    "x",
    "12",
    "é" * 500,
    "é" * 501,
    "x" * 2001,
    "x" * 5001,
    " x\n",
    "\u200d",
    "\u2060x\u3164",
    1e30,
    10**30,
)
ODD_DAYS: Final[tuple[object, ...]] = (
    "2000-01-01",
    "1999-12-31",
    "2019-12-31",
    "2020-01-01",
    "2038-01-01",
    "2038-01-02",
    "2024-02-29",
    "2023-02-29",
    "2023-13-01",
    "2023-1-01",
    "23-01-01",
    "2023-01-01T00:00:00Z",
    "01/02/2023",
    "0000-01-01",
    20230101,
    " 2023-01-01 ",
    "2023-01-01\n",
    "9999-12-31",
)
URLS: Final[tuple[object, ...]] = (
    "https://example.com",
    "http://localhost:80/a?b#c",
    "example.com",
    "https://",
    "ftp://a.example/x",
    "https://example.com/a b",
    "https://-x.example",
    "//example.com",
    "https://example.com/" + "a" * 500,
)
#: Parts of which URLs are put together, most of them wrongly.
URL_PARTS: Final = (
    *("://", ":", "//", "/", "?", "#", "@", "[", "]", "%41", "%4", ".", "-", "_", "+", "|", " "),
    *(
        "a",
        "b.c",
        "localhost",
        "::1",
        "1.2.3.4",
        ":80",
        "xn--a",
        "é",
        "ß",
        "１",
        "\u0301",
        "€",
        "😀",
    ),
)
EANS: Final[tuple[object, ...]] = (
    {"EAN-13": "0123456789123"},
    {"EAN-13": "012345678912"},
    {"EAN-13": None},
    {"EAN-13": 1},
    {"x": 1},
    [],
)


def odd_statement(chance: random.Random) -> dict[str, object]:
    """A statement with a few fields changed, most of them to what is nearly right."""
    given = dict(statement(puid=f"p-{chance.randrange(10**9)}"))
    for _ in range(chance.randint(1, 4)):
        name, value = _change(chance)
        given[name] = value
    if chance.random() < 0.3:
        given.pop(chance.choice(sorted(given)))
    return given


def _change(chance: random.Random) -> tuple[str, object]:
    kind = chance.randrange(6)
    if kind == 0:
        return chance.choice(TEXTS), chance.choice([*ODD, "some words", "DE-1_a"])
    if kind == 1:
        name = chance.choice(sorted(LISTED))
        some = chance.choices(sorted(LISTED[name]), k=chance.randint(1, 3))
        return name, chance.choice([some, some, some[0], [*some, "x"], chance.choice(ODD)])
    if kind == 2:
        name = chance.choice(sorted(CHOSEN))
        some = chance.choices(sorted(CHOSEN[name]), k=1)
        return name, chance.choice([some[0], some[0], some[0].lower(), some, chance.choice(ODD)])
    if kind == 3:
        return chance.choice(DAYS), chance.choice([*ODD_DAYS, *ODD])
    if kind == 4:
        return "decision_ground_reference_url", chance.choice([*URLS, *ODD])
    return chance.choice(["content_id", "content_id_ean"]), chance.choice([*EANS, *ODD])


def stand_ins(given: dict[str, object], *, batch: bool) -> dict[str, str]:
    trimmed = normal.trim(given)
    assert isinstance(trimmed, dict)
    errors, _ = judged(trimmed, fields=rules.batch() if batch else rules.single())
    return {field: messages[0] for field, messages in errors.items()}


def test_both_say_the_same_of_a_single_statement() -> None:
    chance = random.Random(SEED)
    odd = [odd_statement(chance) for _ in range(CASES)]
    differences = [
        (given, ours, theirs)
        for given in odd
        if (ours := stand_ins(given, batch=False)) != (theirs := check(given))
    ]
    assert differences == []
    assert 200 < sum(not check(given) for given in odd) < CASES - 200


def test_both_say_the_same_of_a_statement_in_a_batch() -> None:
    chance = random.Random(SEED + 1)
    odd = [odd_statement(chance) for _ in range(CASES)]
    differences = []
    for given in odd:
        ours = {f"statement_0.{f}": m for f, m in stand_ins(given, batch=True).items()}
        theirs = check_batch({"statements": [given]})
        if ours != theirs:
            differences.append((given, ours, theirs))
    assert differences == []


def test_both_say_the_same_of_urls() -> None:
    chance = random.Random(SEED + 2)
    urls = [
        "https://" + "".join(chance.choices(URL_PARTS, k=chance.randint(1, 6)))
        for _ in range(20 * CASES)
    ]
    assert [url for url in urls if formats.is_url(url) != is_url(url)] == []
    assert sum(map(is_url, urls)) > CASES
