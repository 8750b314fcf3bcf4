"""What a person typed, as the rooms take it: lines, numbers, ids, and the key of a form."""

from collections.abc import Callable
from typing import Final
from uuid import UUID

from tutela.errors import FieldError
from tutela.intake.reading import Unfit
from tutela.web.console.visit import Visit
from tutela.web.paging import uuid_or_none

KEY_BYTES: Final = 16
DIGITS_MAX: Final = 12


def new_key(chance: Callable[[int], bytes]) -> str:
    """A key that a form carries, so that it counts once however often it is sent."""
    return f"form-{chance(KEY_BYTES).hex()}"


def lines(text: str) -> list[str]:
    """Each line that says something, each once, in their order."""
    return list(dict.fromkeys(each.strip() for each in text.splitlines() if each.strip()))


def whole_number(text: str, *, otherwise: int) -> int | str:
    """The number; what was typed where it is none, which its reader refuses by its place."""
    if not text:
        return otherwise
    return int(text) if is_whole(text) else text


def is_whole(text: str) -> bool:
    """Whether a text is a whole number that is worth reading."""
    return text.isascii() and text.isdigit() and len(text) <= DIGITS_MAX


def id_in_path(visit: Visit, *, name: str) -> UUID | None:
    """The id of the path; None where it is none."""
    return uuid_or_none(visit.path[name])


def page_after(visit: Visit) -> UUID | None:
    """After which row the page begins; raises Unfit."""
    after = visit.query.get("after")
    if not after:
        return None
    found = uuid_or_none(after)
    if found is None:
        raise Unfit("There is no such page.", errors=[FieldError("?after", "no id")])
    return found
