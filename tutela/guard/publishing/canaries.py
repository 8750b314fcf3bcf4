"""Texts that stand for a version of the snapshot: a surface that blocks one has that version.

They are chance to everybody who lacks the key, nobody's words, and of signs that no fold changes.
"""

from typing import Final

from tutela.access.keys import KeySet

#: Versions whose texts a snapshot carries, its own and the ones before it: where one is published
#: each second, more than a surface may be behind.
CANARIES_KEPT: Final = 128
#: A version that is never published: what it stands for no surface blocks.
NEVER: Final = 0
#: Consonants of one spelling: nothing else is written with them, and no two make a third.
_LETTERS: Final = "bdfghkmnptz"
_SIGNS: Final = 20


def canary_text(keys: KeySet, *, service: str, version: int) -> str:
    """The text of one version, 20 lower-case letters; `service` is `TENANT/SERVICE`."""
    said = f"guard canary\0{service}\0{version}".encode()
    letters: list[str] = []
    for byte in keys.subject_digest(said):
        others = [each for each in _LETTERS if letters[-1:] != [each]]
        letters.append(others[byte % len(others)])
    return "".join(letters[:_SIGNS])


def canaries(keys: KeySet, *, service: str, version: int) -> tuple[str, ...]:
    """What the snapshot of this version carries, the newest first."""
    oldest = max(NEVER, version - CANARIES_KEPT)
    return tuple(
        canary_text(keys, service=service, version=each) for each in range(version, oldest, -1)
    )
