"""Times in the words of a person who glances at a page."""

from datetime import datetime

NEVER = "\N{EM DASH}"
NOW = "now"
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
    for size, unit in _STEPS:
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return NOW
