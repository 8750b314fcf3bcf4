"""JSON of strangers that is read before anybody is known: one object, no key said twice."""

import json


def read_object(raw: bytes) -> dict[str, object]:
    """The object in a JSON text in UTF-8; ValueError where there is none or a key comes twice."""
    try:
        value = json.loads(
            raw.decode(), object_pairs_hook=_said_once, parse_constant=_no_such_number
        )
    except RecursionError as cause:
        raise ValueError("nested too deeply") from cause
    if not isinstance(value, dict):
        raise ValueError("not an object")  # noqa: TRY004 - the text is wrong, not our call
    return value


def _said_once(members: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(members)
    if len(found) < len(members):
        raise ValueError("a key is said twice")
    return found


def _no_such_number(text: str) -> object:
    raise ValueError(f"{text} is no number of JSON")
