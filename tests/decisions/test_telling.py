"""The words of a decision reach the platform with the statement, in the person's language."""

import json

import pytest

from tests.fixtures.deciding import action, at_work, decided, subject
from tests.fixtures.house import Rooms
from tutela.access.keys import Sealed
from tutela.decisions.reading import read_decision
from tutela.intake.reading import Unfit


async def issued(rooms: Rooms, **fields: object) -> dict[str, object]:
    """The message that issues the statement of a decision on one notice."""
    reviewer, lease, items = await at_work(rooms)
    body = action(lease, items=items, on=subject("post-1"), **fields)
    await decided(rooms, reviewer=reviewer, lease=lease, body=body)
    rows = await rooms.rows(
        "SELECT id, sealed_key, sealed_body FROM outbox WHERE kind = 'statement.issued'"
    )
    ((row_id, key, sealed),) = rows
    opened: dict[str, object] = json.loads(rooms.keys.open(Sealed(key, sealed), row=row_id.bytes))
    return opened


async def test_the_statement_brings_its_words_and_its_code(rooms: Rooms) -> None:
    message = await issued(rooms)
    text = message["text"]
    assert isinstance(text, dict)
    assert (text["language"], text["audience"]) == ("en", "adult")
    assert str(message["code"]) in text["text"]
    assert "what was found" in text["text"]
    assert set(text) == {"language", "audience", "template_version", "title", "text"}


async def test_the_decision_says_how_the_person_is_told(rooms: Rooms) -> None:
    message = await issued(rooms, recipient={"language": "de-AT", "audience": "child"})
    text = message["text"]
    assert isinstance(text, dict)
    assert (text["language"], text["audience"]) == ("de", "child")
    assert "116 111" in text["text"]


@pytest.mark.parametrize(
    ("recipient", "pointer"),
    [
        ({"language": "not a tag"}, "/recipient/language"),
        ({"audience": "elders"}, "/recipient/audience"),
        ({"name": "A. N. Other"}, "/recipient/name"),
    ],
)
def test_a_recipient_is_read_strictly(recipient: dict[str, str], pointer: str) -> None:
    body = {
        "lease_token": "l",
        "items": ["i"],
        "outcome": "escalate",
        "explanation": "possibly a minor",
        "recipient": recipient,
    }
    with pytest.raises(Unfit) as caught:
        read_decision(json.dumps(body).encode())
    assert [error.pointer for error in caught.value.errors] == [pointer]
