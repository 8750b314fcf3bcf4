"""UUIDs of version 7."""

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutela.domain.identifiers import UUID7_RANDOM_BYTES, uuid7

LAST_MS = 2**48 - 1

milliseconds = st.integers(0, LAST_MS)
chance = st.binary(min_size=UUID7_RANDOM_BYTES, max_size=UUID7_RANDOM_BYTES)


def test_the_example_of_the_rfc_comes_out() -> None:
    rand = 0xCC3 << 62 | 0x18C4DC0C0C07398F
    made = uuid7(unix_ms=0x017F22E279B0, random=rand.to_bytes(10, "big"))
    assert str(made) == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"


@given(milliseconds, chance)
def test_version_and_variant_are_those_of_the_rfc(unix_ms: int, random: bytes) -> None:
    made = uuid7(unix_ms=unix_ms, random=random)
    assert made.version == 7
    assert made.variant == uuid.RFC_4122


@given(milliseconds, chance)
def test_the_first_48_bits_are_the_time(unix_ms: int, random: bytes) -> None:
    assert int.from_bytes(uuid7(unix_ms=unix_ms, random=random).bytes[:6], "big") == unix_ms


@given(milliseconds, milliseconds, chance, chance)
def test_identifiers_sort_by_time(one: int, other: int, first: bytes, second: bytes) -> None:
    earlier, later = sorted((one, other))
    if earlier < later:
        left, right = uuid7(unix_ms=earlier, random=first), uuid7(unix_ms=later, random=second)
        assert left < right
        assert left.bytes < right.bytes
        assert str(left) < str(right)


@given(milliseconds, chance, chance)
def test_74_bits_of_chance_tell_identifiers_of_one_millisecond_apart(
    unix_ms: int, first: bytes, second: bytes
) -> None:
    used = (1 << 74) - 1
    alike = int.from_bytes(first, "big") & used == int.from_bytes(second, "big") & used
    made = {uuid7(unix_ms=unix_ms, random=first), uuid7(unix_ms=unix_ms, random=second)}
    assert (len(made) == 1) is alike


@pytest.mark.parametrize("unix_ms", [-1, LAST_MS + 1])
def test_a_time_outside_48_bits_is_refused(unix_ms: int) -> None:
    with pytest.raises(ValueError, match="48 bits"):
        uuid7(unix_ms=unix_ms, random=bytes(UUID7_RANDOM_BYTES))


@pytest.mark.parametrize("length", [0, 9, 11])
def test_any_other_number_of_random_bytes_is_refused(length: int) -> None:
    with pytest.raises(ValueError, match="random bytes"):
        uuid7(unix_ms=0, random=bytes(length))
