"""Documents of DIDs: which keys are believed, for how long, and who is asked how often."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

import libipld
import pytest
import pytest_asyncio
from cryptography.hazmat.primitives.serialization import PublicFormat

from tests.fixtures.accounts import LEGACY, LOOPBACK, Account, Directory, directory
from tutela.access import dids
from tutela.access.dids import Did, Dids, DidUnavailable, UnresolvedDid, place_of
from tutela.access.pace import Paces
from tutela.outside.guard import Outside


@dataclass
class Asking:
    """Who resolves, whom it asks, and a clock that a test sets."""

    directory: Directory
    seconds: float = 1_000.0
    dids: Dids = field(init=False)

    def __post_init__(self) -> None:
        self.dids = Dids(
            Outside(allowed=LOOPBACK),
            plc_directory=self.directory.url,
            monotonic=lambda: self.seconds,
        )

    async def multikeys(self, account: Account) -> list[bytes]:
        """The points of the keys that are believed."""
        known = await self.dids.keys(Did(account.did))
        return [key.public.public_numbers().x.to_bytes(32) for key in known.keys.values()]


@pytest_asyncio.fixture
async def asking() -> AsyncIterator[Asking]:
    async with directory() as known:
        yield Asking(known)


def x_of(account: Account) -> bytes:
    return account.key.public_key().public_numbers().x.to_bytes(32)


def multibase(point: bytes) -> str:
    return str(libipld.encode_multibase("z", b"\xe7\x01" + point))


def changed(**fields: object) -> Callable[[Account], object]:
    return lambda a: {**a.document, "verificationMethod": [{**a.method, **fields}]}


DOCUMENTS: dict[str, Callable[[Account], object]] = {
    "of another DID": lambda a: {**a.document, "id": "did:plc:tokentokentokentokentoke"},
    "of no DID": lambda a: {"verificationMethod": [a.method]},
    "no JSON": lambda _: b"<html>",
    "no text": lambda _: b"\xff{}",
    "a list": lambda _: b"[]",
    "too deep": lambda _: b"[" * 60_000,
    "a key said twice": lambda a: f'{{"id":"{a.did}","id":"{a.did}"}}'.encode(),
    "not a number": lambda a: f'{{"id":"{a.did}","a":NaN}}'.encode(),
    "too large": lambda a: {**a.document, "more": "x" * 70_000},
}
WITHOUT_KEY: dict[str, Callable[[Account], object]] = {
    "no list of keys": lambda a: {"id": a.did, "verificationMethod": {}},
    "no keys": lambda a: {"id": a.did, "verificationMethod": []},
    "nothing but the id": lambda a: {"id": a.did},
    "a key for labels": changed(id="#atproto_label"),
    "a key of somebody else": changed(controller="did:plc:other"),
    "a key under another DID": changed(id="did:plc:other#atproto"),
    "an Ed25519 key": changed(
        publicKeyMultibase="z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK"
    ),
    "a point cut short": lambda a: changed(publicKeyMultibase=multibase(a.point()[:-1]))(a),
    "a point off the curve": changed(publicKeyMultibase=multibase(b"\x02" + b"\xff" * 32)),
    "no compressed point": lambda a: changed(
        publicKeyMultibase=multibase(a.point(PublicFormat.UncompressedPoint))
    )(a),
    "a key in hex": changed(publicKeyMultibase="f00"),
    "a key that is no text": changed(publicKeyMultibase=7),
    "an endless key": changed(publicKeyMultibase="z" + "2" * 9_999),
    "letters that base58 lacks": changed(publicKeyMultibase="z0OIl"),
    "zeros": changed(publicKeyMultibase="z" + "1" * 35),
    "a key of tomorrow": changed(type="Multikey2030"),
}


@pytest.mark.parametrize("what", DOCUMENTS)
async def test_a_document_of_somebody_else_or_of_nobody_is_not_believed(
    asking: Asking, what: str
) -> None:
    account = asking.directory.new()
    asking.directory.documents[f"/{account.did}"] = DOCUMENTS[what](account)
    with pytest.raises(DidUnavailable if what == "too large" else UnresolvedDid):
        await asking.dids.keys(Did(account.did))


@pytest.mark.parametrize("what", WITHOUT_KEY)
async def test_a_key_that_can_not_sign_for_the_account_is_passed_over(
    asking: Asking, what: str
) -> None:
    account = asking.directory.new()
    asking.directory.documents[f"/{account.did}"] = WITHOUT_KEY[what](account)
    assert "atproto" not in (await asking.dids.keys(Did(account.did))).keys


async def test_the_first_key_of_a_name_counts(asking: Asking) -> None:
    account = asking.directory.new()
    broken, other = {**account.method, "type": "Of2030"}, Account(account.did).method
    methods = [7, broken, account.method, other]
    document = {**account.document, "verificationMethod": methods}
    asking.directory.documents[f"/{account.did}"] = document
    assert await asking.multikeys(account) == [x_of(account)]


@pytest.mark.parametrize("form", [PublicFormat.CompressedPoint, PublicFormat.UncompressedPoint])
@pytest.mark.parametrize("algorithm", ["ES256K", "ES256"])
async def test_keys_of_before_multikey_are_taken(
    asking: Asking, algorithm: str, form: PublicFormat
) -> None:
    account = asking.directory.new(algorithm)
    key = str(libipld.encode_multibase("z", account.point(form)))
    legacy = changed(id="#atproto", type=LEGACY[algorithm], publicKeyMultibase=key)
    asking.directory.documents[f"/{account.did}"] = legacy(account)
    known = await asking.dids.keys(Did(account.did))
    assert known.keys["atproto"].algorithm == algorithm
    assert await asking.multikeys(account) == [x_of(account)]


async def test_a_document_is_asked_for_once_while_it_is_believed(asking: Asking) -> None:
    account = asking.directory.new()
    found = await asyncio.gather(*(asking.dids.keys(Did(account.did)) for _ in range(20)))
    assert len({id(each) for each in found}) == 1
    asking.seconds += dids.KEEP_SECONDS - 1
    await asking.dids.keys(Did(account.did))
    assert len(asking.directory.asked) == 1
    asking.seconds += 1
    await asking.dids.keys(Did(account.did))
    assert len(asking.directory.asked) == 2


async def test_a_withdrawn_account_is_believed_no_longer_than_its_document(asking: Asking) -> None:
    account = asking.directory.new()
    await asking.dids.keys(Did(account.did))
    asking.directory.documents.clear()
    asking.seconds += dids.KEEP_SECONDS
    with pytest.raises(UnresolvedDid):
        await asking.dids.keys(Did(account.did))


async def test_a_rotated_key_is_asked_for_again_but_not_all_the_time(asking: Asking) -> None:
    account = asking.directory.new()
    old = await asking.dids.keys(Did(account.did))
    account.rotate("ES256")
    asking.directory.publish(account)
    assert await asking.dids.newer_keys(Did(account.did), than=old) is None
    asking.seconds += dids.REFRESH_SECONDS
    newer = await asking.dids.newer_keys(Did(account.did), than=old)
    assert newer is not None
    assert await asking.multikeys(account) == [x_of(account)]
    assert await asking.dids.newer_keys(Did(account.did), than=old) is newer
    assert await asking.dids.newer_keys(Did(account.did), than=newer) is None
    assert len(asking.directory.asked) == 2


async def test_an_unknown_did_is_asked_for_again_after_a_minute(asking: Asking) -> None:
    account = Account("did:plc:aaaaaaaaaaaaaaaaaaaaaaaa")
    for _ in range(3):
        with pytest.raises(UnresolvedDid):
            await asking.dids.keys(Did(account.did))
    assert len(asking.directory.asked) == 1
    asking.directory.publish(account)
    asking.seconds += dids.KEEP_UNKNOWN_SECONDS
    assert await asking.multikeys(account) == [x_of(account)]


async def test_a_key_that_is_known_outlasts_a_directory_that_is_away(asking: Asking) -> None:
    account = asking.directory.new()
    known = await asking.dids.keys(Did(account.did))
    asking.directory.status = "500 Internal Server Error"
    asking.seconds += dids.REFRESH_SECONDS
    with pytest.raises(DidUnavailable):
        await asking.dids.newer_keys(Did(account.did), than=known)
    again = await asking.dids.keys(Did(account.did))
    assert again.keys is known.keys
    assert await asking.dids.newer_keys(Did(account.did), than=again) is None
    assert len(asking.directory.asked) == 2


async def test_a_directory_that_was_away_is_asked_again_in_seconds(asking: Asking) -> None:
    account = asking.directory.new()
    asking.directory.status = "500 Internal Server Error"
    for _ in range(2):
        with pytest.raises(DidUnavailable):
            await asking.dids.keys(Did(account.did))
    assert len(asking.directory.asked) == 1
    asking.directory.status = "200 OK"
    asking.seconds += dids.KEEP_UNAVAILABLE_SECONDS
    assert await asking.multikeys(account) == [x_of(account)]


async def test_what_is_kept_is_bounded_and_the_oldest_goes(
    asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dids, "CACHE_MAX", 2)
    accounts = [asking.directory.new() for _ in range(3)]
    for each in (*accounts, accounts[2], accounts[1], accounts[0]):
        await asking.dids.keys(Did(each.did))
    assert asking.directory.asked == [f"/{each.did}" for each in (*accounts, accounts[0])]


async def test_more_look_ups_than_may_run_are_sent_away(
    asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dids, "FETCHES_AT_ONCE", 2)
    accounts = [asking.directory.new() for _ in range(4)]
    found = await asyncio.gather(
        *(asking.dids.keys(Did(each.did)) for each in accounts), return_exceptions=True
    )
    assert [type(each) is DidUnavailable for each in found] == [False, False, True, True]
    assert await asking.multikeys(accounts[3]) == [x_of(accounts[3])]


async def test_the_directory_is_not_asked_faster_than_it_bears(
    asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dids, "BURST", 2.0)
    slow, web = Asking(asking.directory), asking.directory.new(method="web")
    accounts = [asking.directory.new() for _ in range(3)]
    for each in accounts[:2]:
        await slow.dids.keys(Did(each.did))
    with pytest.raises(DidUnavailable):
        await slow.dids.keys(Did(accounts[2].did))
    assert await slow.multikeys(web) == [x_of(web)]
    slow.seconds += 1
    assert await slow.multikeys(accounts[2]) == [x_of(accounts[2])]


def test_of_many_paces_the_latest_are_kept() -> None:
    paces = Paces(per_second=0.0, burst=1.0, names_max=2)
    allowed = [paces.allows(name, seconds=0.0) for name in ("a", "b", "c", "a", "c", "c")]
    assert allowed == [True, True, True, True, False, False]


@pytest.mark.parametrize(
    ("did", "place"),
    [
        (
            "did:plc:abcdefghijklmnopqrst2345",
            "https://plc.example/did:plc:abcdefghijklmnopqrst2345",
        ),
        ("did:web:A.example", "https://a.example/.well-known/did.json"),
        ("did:web:a.b-c.example%3A8443", "https://a.b-c.example:8443/.well-known/did.json"),
        ("did:web:localhost%3a80", "http://localhost:80/.well-known/did.json"),
    ],
)
def test_where_a_document_lies(did: str, place: str) -> None:
    assert place_of(Did(did), plc_directory="https://plc.example/") == place


@pytest.mark.parametrize(
    "did",
    [
        *("did:plc:", "did:plc:ABCDEFGHIJKLMNOPQRST2345", "did:plc:abcdefghijklmnopqrst2345a"),
        *("did:plc:abcdefghijklmnopqrst018_", "did:web:", "did:web:example", "did:web:a.example:u"),
        *("did:web:a.example%2Fu", "did:web:a..example", "did:web:-a.example", "did:web:10.0.0.1"),
        *("did:web:a.example%3A", "did:web:a.example%3A999999", "did:web:u%40a.example"),
        *("did:web:a.example%253A80", "did:web:.example", "did:key:zToken", "did:ion:token"),
    ],
)
def test_a_did_that_leads_nowhere_is_refused_before_anybody_is_asked(did: str) -> None:
    with pytest.raises(UnresolvedDid):
        place_of(Did(did), plc_directory="https://plc.example")


def test_without_a_directory_no_did_plc_is_resolved() -> None:
    with pytest.raises(UnresolvedDid, match="TUTELA_PLC_DIRECTORY"):
        place_of(Did("did:plc:abcdefghijklmnopqrst2345"), plc_directory=None)
