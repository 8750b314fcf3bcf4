"""Sentences about leads and cases: sealed, and with digests in place of the accounts they name."""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Final
from uuid import UUID

import msgspec

from tutela.access.keys import KeySet, SealBroken, Sealed

#: What stands for an account whose id is kept no longer.
GONE: Final = "an account"

_PLACEHOLDER: Final = re.compile(r"\{([0-9a-f]{32})\}")


def seal_words(words: Sequence[str], *, of: UUID, keys: KeySet) -> Sealed:
    """Sentences, sealed for the lead or case that they are about."""
    return keys.seal(msgspec.json.encode(list(words)), row=of.bytes)


def open_words(sealed: Sealed, *, of: UUID, keys: KeySet) -> tuple[str, ...]:
    """What `seal_words` sealed; nothing where the seal is broken, which holds up no other."""
    try:
        return tuple(msgspec.json.decode(keys.open(sealed, row=of.bytes), type=list[str]))
    except SealBroken:
        return ()


def placeholder(account_key: bytes) -> str:
    """What stands in a sentence for an account."""
    return f"{{{account_key.hex()}}}"


def named(words: Iterable[str], *, naming: Callable[[bytes], str | None]) -> tuple[str, ...]:
    """The sentences with ids, as far as `naming` tells them."""
    return tuple(
        _PLACEHOLDER.sub(lambda found: naming(bytes.fromhex(found[1])) or GONE, each)
        for each in words
    )
