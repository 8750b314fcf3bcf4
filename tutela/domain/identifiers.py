"""Names of things: a type for each, and the identifier that sorts by time."""

from typing import Final, NewType
from uuid import UUID

#: A notice as it was received.
NoticeId = NewType("NoticeId", UUID)
#: One (notice, subject).
ItemId = NewType("ItemId", UUID)
#: A case about one subject and one harm family.
CaseId = NewType("CaseId", UUID)
#: A decision by a person or, where the law allows, a machine.
DecisionId = NewType("DecisionId", UUID)
#: A statement of reasons.
StatementId = NewType("StatementId", UUID)
#: A restriction on the platform.
MeasureId = NewType("MeasureId", UUID)
#: An operator, by its chosen name, such as `main`.
TenantId = NewType("TenantId", str)
#: A service of an operator, by its chosen name, such as `main`.
ServiceId = NewType("ServiceId", str)

#: Bytes of chance that `uuid7` wants; 74 of their 80 bits are used.
UUID7_RANDOM_BYTES: Final = 10

_UNIX_MS_LIMIT: Final = 1 << 48
_VERSION_7: Final = 0x7 << 76
_VARIANT_10: Final = 0b10 << 62
_RAND_A_MASK: Final = (1 << 12) - 1
_RAND_B_MASK: Final = (1 << 62) - 1


def uuid7(*, unix_ms: int, random: bytes) -> UUID:
    """A UUID of version 7 (RFC 9562 section 5.7): sorts by millisecond, by chance within one.

    Raises ValueError for a time outside 48 bits or for other than ten random bytes.
    """
    if not 0 <= unix_ms < _UNIX_MS_LIMIT:
        raise ValueError("unix_ms does not fit 48 bits")
    if len(random) != UUID7_RANDOM_BYTES:
        raise ValueError(f"uuid7 wants {UUID7_RANDOM_BYTES} random bytes")
    chance = int.from_bytes(random, "big")
    rand_a = (chance >> 62) & _RAND_A_MASK
    rand_b = chance & _RAND_B_MASK
    return UUID(int=unix_ms << 80 | _VERSION_7 | rand_a << 64 | _VARIANT_10 | rand_b)
