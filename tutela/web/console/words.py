"""Times and names in the words of a person who glances at a page."""

import re
from datetime import UTC, datetime

NEVER = "\N{EM DASH}"
NOW = "now"
_PREFIX = re.compile(r"^(STATEMENT_CATEGORY|KEYWORD|DECISION_GROUND|CONTENT_TYPE)_")
#: What its name alone would not say.
_SAID = {
    "STATEMENT_CATEGORY_OTHER_VIOLATION_TC": "Other violation of the terms",
    "STATEMENT_CATEGORY_NOT_SPECIFIED_NOTICE": "Not said in the notice",
}
_STEPS = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))


def ago(instant: str | None, *, now: datetime) -> str:
    """How long ago, as words: `3 min ago`, `just now`; a dash for never."""
    length = since(instant, now=now)
    return {NOW: "just now", NEVER: NEVER}.get(length, f"{length} ago")


def since(instant: str | None, *, now: datetime) -> str:
    """How long ago, in its largest whole unit: `3 min`; a dash for never."""
    if instant is None:
        return NEVER
    seconds = max(0, int((now - datetime.fromisoformat(instant)).total_seconds()))
    return length_of(seconds) if seconds else NOW


def length_of(seconds: float | None) -> str:
    """A length of time in its largest whole unit: `3 min`; a dash for none."""
    if seconds is None:
        return NEVER
    for size, unit in _STEPS:
        if seconds >= size:
            return f"{int(seconds // size)} {unit}"
    return "0 s" if seconds == 0 else "< 1 s"


def due(instant: str | datetime, *, now: datetime) -> str:
    """How near an instant is, in its largest whole unit: `in 3 h`, or `3 h ago` once it is past."""
    moment = datetime.fromisoformat(instant) if isinstance(instant, str) else instant
    ahead = int((moment - now).total_seconds())
    return f"in {length_of(ahead)}" if ahead > 0 else ago(moment.isoformat(), now=now)


def day_and_time(instant: str | datetime | None) -> str:
    """An instant to the minute, in UTC: `22 Nov 2026, 14:05 UTC`; a dash for none."""
    if instant is None:
        return NEVER
    moment = datetime.fromisoformat(instant) if isinstance(instant, str) else instant
    return f"{moment.astimezone(UTC):%d %b %Y, %H:%M} UTC".lstrip("0")


def field_name(pointer: str) -> str:
    """A JSON pointer (RFC 6901) as the words of a form: `/measures/0/kind` is `Measures 1 kind`."""
    parts = [part for part in re.split(r"[/?]", pointer) if part]
    words = " ".join(str(int(part) + 1) if part.isdecimal() else part for part in parts)
    return words.replace("_", " ").capitalize()


def plain(name: str | None) -> str:
    """A name of the vocabulary as words: `KEYWORD_ONLINE_BULLYING` is `Online bullying`."""
    if not name:
        return NEVER
    words = _PREFIX.sub("", name).replace("_", " ").lower()
    return _SAID.get(name, words[:1].upper() + words[1:])
