"""The notice that both sides write: 1,086 bytes of JSON about a random token, as a request."""

import json
import random
from collections.abc import Iterator

BODY_BYTES = 1_086
#: Every name in a body has this many digits, so that all bodies are equally long.
NAME_DIGITS = 19
#: One notice in this many is about a subject that has an open case.
REPEATED_ONE_IN = 5

_EXTERNAL, _SUBJECT, _WORDS = "<external>", "<subject>", "<words>"
_DOCUMENT = {
    "external_id": f"notice-{_EXTERNAL}",
    "category": "STATEMENT_CATEGORY_PROTECTION_OF_MINORS",
    "keyword": "KEYWORD_UNSAFE_CHALLENGES",
    "explanation": _WORDS,
    "subjects": [
        {
            "kind": "content",
            "id": f"post-{_SUBJECT}",
            "url": f"https://example.social/p/{_SUBJECT}",
            "account_id": "account-7",
        }
    ],
    "notifier": {"name": "token notifier", "email": "notifier@example.org"},
    "good_faith": True,
    "imminent_danger": False,
    "possible_minor": {"depicted": True, "account_holder": False, "notifier": False},
    "language": "de",
    "country": "DE",
    "surface": "app",
    "submitted_at": "2026-01-15T10:15:00Z",
}


def _pieces() -> tuple[bytes, ...]:
    frame = json.dumps(_DOCUMENT, separators=(",", ":"))
    blank = "0" * NAME_DIGITS
    bare = frame.replace(_EXTERNAL, blank).replace(_SUBJECT, blank).replace(_WORDS, "")
    tokens = random.Random(1)
    words = " ".join(f"{tokens.getrandbits(32):08x}" for _ in range(200))
    text = frame.replace(_WORDS, words[: BODY_BYTES - len(bare)])
    before, after = text.encode().split(_EXTERNAL.encode())
    return (before, *after.split(_SUBJECT.encode()))


_BEFORE, _BETWEEN, _AND, _AFTER = _pieces()


def body(external: bytes, *, subject: bytes) -> bytes:
    """One notice of `BODY_BYTES` bytes; both names have `NAME_DIGITS` digits."""
    return b"".join((_BEFORE, external, _BETWEEN, subject, _AND, subject, _AFTER))


def subject_id(number: int) -> str:
    """The id in a body of the subject of a number."""
    return f"post-{number:0{NAME_DIGITS}}"


def names(seed: int, *, stored_subjects: int) -> Iterator[tuple[bytes, bytes]]:
    """Names for `body` without end: every external id new, one subject in five a stored one.

    Stored subjects are those of the numbers 1 to `stored_subjects`.
    """
    chance = random.Random(seed)
    new = 10 ** (NAME_DIGITS - 1)
    while True:
        repeated = chance.randrange(REPEATED_ONE_IN) == 0
        subject = chance.randint(1, stored_subjects) if repeated else chance.randrange(new, 9 * new)
        external = chance.randrange(new, 9 * new)
        yield b"%0*d" % (NAME_DIGITS, external), b"%0*d" % (NAME_DIGITS, subject)


def request(path: str, *, token: str, content: bytes, media_type: str) -> bytes:
    """A whole HTTP/1.1 request on a connection that stays open."""
    return (
        f"POST {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {token}\r\n"
        f"content-type: {media_type}\r\ncontent-length: {len(content)}\r\n\r\n"
    ).encode() + content
