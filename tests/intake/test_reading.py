"""Reading is strict and cheap: what it refuses it names, and no body makes it slow or large."""

import json
from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as some

from tests.fixtures.site import notice
from tutela.intake import places
from tutela.intake.reading import Unfit, fit, read_json, read_notice

NOW = datetime(2026, 11, 21, tzinfo=UTC)

texts = some.text(some.characters(exclude_categories=["Cs"], exclude_characters="\x00"))
values = some.recursive(
    some.none() | some.booleans() | some.integers(-(2**53), 2**53) | texts,
    lambda inner: some.lists(inner, max_size=4) | some.dictionaries(texts, inner, max_size=4),
    max_leaves=20,
)


@given(value=values, ascii_only=some.booleans())
def test_what_json_says_once_is_read(value: object, *, ascii_only: bool) -> None:
    assert read_json(json.dumps(value, ensure_ascii=ascii_only).encode()) == value


@given(some.dictionaries(texts, values, min_size=1, max_size=3), some.data())
def test_a_key_said_twice_is_found_wherever_it_stands(
    members: dict[str, object], data: some.DataObject
) -> None:
    name = data.draw(some.sampled_from(sorted(members)))
    pairs = [*members.items(), (name, data.draw(values))]
    text = ", ".join(f"{json.dumps(key)}: {json.dumps(value)}" for key, value in pairs)
    raw = f'{{"outer": [0, {{{text}}}]}}'.encode()
    with pytest.raises(Unfit) as caught:
        read_json(raw)
    assert [error.pointer for error in caught.value.errors] == [f"/outer/1{places.step(name)}"]


class Deep(msgspec.Struct, forbid_unknown_fields=True):
    """A struct with anything in it."""

    anything: Any = None
    few: Annotated[tuple[int, ...], msgspec.Meta(max_length=2)] | None = None


@pytest.mark.parametrize(
    ("value", "pointers"),
    [
        ({"few": [1, 2, 3]}, ["/few"]),
        ({"few": [1, "x", 2.5]}, ["/few/1", "/few/2"]),
        ({"few": 5}, ["/few"]),
        ([], [""]),
    ],
)
def test_items_are_named_before_their_number(value: object, pointers: list[str]) -> None:
    with pytest.raises(Unfit) as caught:
        fit(value, kind=Deep)
    assert [error.pointer for error in caught.value.errors] == pointers


def test_no_body_of_a_mebibyte_makes_a_long_list_of_places() -> None:
    nested = (b'{"' + b"k" * 128 + b'":') * 900
    body = nested + b"[" + b'{"a":1,"a":2},' * 60_000 + b'"\\u0000"]' + b"}" * 900
    with pytest.raises(Unfit) as caught:
        read_notice(body, now=NOW)
    assert len(caught.value.errors) == places.PLACES_MAX
    longest = max(len(error.pointer) for error in caught.value.errors)
    assert longest < places.POINTER_MAX_CODE_POINTS + 300


def test_a_deep_nul_is_found() -> None:
    raw = b'{"a":' * 900 + b'[0,"\\u0000"]' + b"}" * 900
    with pytest.raises(Unfit) as caught:
        read_json(raw)
    assert len(caught.value.errors) == 1


def test_a_backslash_before_a_u_is_no_nul() -> None:
    assert read_json(b'"\\\\u0000"') == "\\u0000"


def test_what_fits_and_has_no_canonical_form_is_impossible_in_a_notice() -> None:
    body = notice(explanation="x\U0001f600", external_id="\uffff")
    read = read_notice(json.dumps(body).encode(), now=NOW)
    assert json.loads(read.body) == body
