"""The canonical bytes against the rfc8785 package, and the text form of instants."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum, IntEnum, StrEnum
from uuid import UUID

import msgspec
import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from tutela.domain import canonical
from tutela.domain.canonical import LARGEST_INTEGER, NotCanonical

oracle: Callable[[object], bytes] = rfc8785.dumps  # type: ignore[assignment]
BMP = st.characters(max_codepoint=0xFFFF, exclude_categories=["Cs"])
TEXT = st.text(st.characters(exclude_categories=["Cs"]))
INTEGERS = st.integers(-LARGEST_INTEGER, LARGEST_INTEGER)
VALUES = st.recursive(
    st.none() | st.booleans() | INTEGERS | TEXT,
    lambda inner: st.lists(inner) | st.dictionaries(st.text(BMP), inner),
    max_leaves=25,
)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=25,
)


class Colour(StrEnum):
    #: The one that there is.
    RED = "red"


class Rank(IntEnum):
    FIRST = 1
    BEYOND = 2**60


class Shade(Enum):
    ODD = 1.5


class Subject(msgspec.Struct, frozen=True):
    kind: Colour
    account_id: str | None = None
    weight: object = 0


class Loud(str):
    __slots__ = ()


@given(VALUES)
def test_the_bytes_are_those_of_rfc_8785(value: object) -> None:
    assert canonical.encode(value) == oracle(value)


@given(ANYTHING)
def test_a_value_is_written_as_rfc_8785_does_or_not_at_all(value: object) -> None:
    try:
        encoded = canonical.encode(value)
    except NotCanonical:
        return
    assert encoded == oracle(value)


@given(VALUES)
def test_reading_the_bytes_gives_the_value_back(value: object) -> None:
    assert json.loads(canonical.encode(value)) == value


def test_structs_enums_and_tuples_are_written_in_the_order_of_their_names() -> None:
    value = {
        "subjects": (Subject(Colour.RED), Subject(Colour.RED, "a-7", Rank.FIRST)),
        "n": "x",
    }
    assert canonical.encode(value) == (
        b'{"n":"x","subjects":[{"account_id":null,"kind":"red","weight":0},'
        b'{"account_id":"a-7","kind":"red","weight":1}]}'
    )


@pytest.mark.parametrize(
    "value",
    [
        1.0,
        float("nan"),
        float("inf"),
        LARGEST_INTEGER + 1,
        -LARGEST_INTEGER - 1,
        2**70,
        Rank.BEYOND,
        {"😀": 1},
        {"a": [{"\n😀\n": "x"}]},
        {"\ud800": 1},
        "\udfff",
        {1: "a"},
        b"bytes",
        {"a", "b"},
        datetime(2026, 11, 21, tzinfo=UTC),
        UUID(int=1),
        Decimal(1),
        object(),
        Loud("x"),
        Shade.ODD,
        Subject(Colour.RED, weight=0.5),
        Subject(Colour.RED, weight=b"bytes"),
        Subject(Colour.RED, weight=Subject(Colour.RED, weight={"a": [float("nan")]})),
    ],
)
@pytest.mark.parametrize("wrap", [lambda each: each, lambda each: {"a": [None, each]}])
def test_a_value_that_readers_would_write_differently_is_refused(
    value: object, wrap: object
) -> None:
    with pytest.raises(NotCanonical):
        canonical.encode(wrap(value))  # type: ignore[operator]


def test_a_value_that_contains_itself_is_refused() -> None:
    endless: list[object] = []
    endless.append(endless)
    with pytest.raises(NotCanonical):
        canonical.encode(endless)


@pytest.mark.parametrize("text", ["😀", '😀":', '\\😀\\":', "😀\\"])
def test_text_outside_the_bmp_is_fine_where_it_is_no_key(text: str) -> None:
    value = {"a": text, "b": [text, text], "c": {"d": text}}
    assert canonical.encode(value) == oracle(value)


def test_an_instant_is_written_in_utc_with_microseconds() -> None:
    berlin = timezone(timedelta(hours=1))
    instant = datetime(2026, 11, 21, 11, 15, 0, 123456, tzinfo=berlin)
    assert canonical.timestamp(instant) == "2026-11-21T10:15:00.123456Z"
    assert canonical.timestamp(datetime(2026, 1, 2, tzinfo=UTC)) == "2026-01-02T00:00:00.000000Z"


@given(st.datetimes(timezones=st.timezones()))
def test_an_instant_reads_back_as_itself(instant: datetime) -> None:
    try:
        text = canonical.timestamp(instant)
    except OverflowError:
        return
    assert datetime.fromisoformat(text) == instant.astimezone(UTC)


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        canonical.timestamp(datetime(2026, 11, 21))  # noqa: DTZ001
