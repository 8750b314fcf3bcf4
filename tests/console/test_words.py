"""Times and fields in the words of a person who glances at a page."""

from datetime import UTC, datetime, timedelta

import pytest

from tutela.web.console.words import due, field_name

NOW = datetime(2026, 11, 22, 14, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (3 * 3_600 + 59, "in 3 h"),
        (1, "in 1 s"),
        (0, "just now"),
        (-61, "1 min ago"),
        (-2 * 86_400, "2 d ago"),
    ],
)
def test_a_time_to_come_says_how_near_it_is(seconds: int, said: str) -> None:
    instant = NOW + timedelta(seconds=seconds)
    assert due(instant, now=NOW) == due(instant.isoformat(), now=NOW) == said


@pytest.mark.parametrize(
    ("pointer", "said"),
    [
        ("/measures/0/kind", "Measures 1 kind"),
        ("/legal_ground", "Legal ground"),
        ("?language", "Language"),
        ("", ""),
    ],
)
def test_a_place_of_a_fault_is_said_as_the_form_says_it(pointer: str, said: str) -> None:
    assert field_name(pointer) == said
