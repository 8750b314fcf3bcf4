"""A version's canary: one for each service and version, found by the matcher as it is written."""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tutela.access.keys import KeySet
from tutela.detection.terms.matcher import matcher
from tutela.detection.terms.term import Term
from tutela.guard.publishing.canaries import CANARIES_KEPT, canaries, canary_text


def _keys(secret: bytes) -> KeySet:
    return KeySet(secret * 32, signing_key=Ed25519PrivateKey.from_private_bytes(secret * 32))


KEYS = _keys(b"k")


def test_each_version_of_each_service_has_its_own_text_and_always_the_same() -> None:
    texts = {
        canary_text(KEYS, service=service, version=version)
        for service in ("main/main", "main/other", "other/main")
        for version in range(1, 200)
    }
    assert len(texts) == 3 * 199
    assert canary_text(KEYS, service="main/main", version=7) in texts
    assert canary_text(_keys(b"l"), service="main/main", version=7) not in texts


def test_a_snapshot_carries_its_own_text_and_those_before_it() -> None:
    carried = canaries(KEYS, service="main/main", version=200)
    assert len(carried) == CANARIES_KEPT
    assert carried[0] == canary_text(KEYS, service="main/main", version=200)
    assert carried[1:] == canaries(KEYS, service="main/main", version=199)[:-1]
    assert canaries(KEYS, service="main/main", version=1) == (
        canary_text(KEYS, service="main/main", version=1),
    )


def test_the_matcher_tells_the_canaries_apart() -> None:
    texts = canaries(KEYS, service="main/main", version=CANARIES_KEPT)
    looking = matcher([Term(id=str(n), text=each) for n, each in enumerate(texts)])
    assert not looking.refused
    found = looking.hits([*texts, canary_text(KEYS, service="main/main", version=0)])
    assert [{hit.term.id for hit in hits} for hits in found] == [
        *({str(n)} for n in range(len(texts))),
        set(),
    ]
