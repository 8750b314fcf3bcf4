"""What a probe says at each door: random tokens, in the words of that door's own protocol."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from tutela.domain.vocabulary import Category, Keyword

LANGUAGES: Final = ("de", "en", "fr", "es", "pl", "it", "nl", "ro", "x-house")
SURFACES: Final = ("app", "web", "search", "messages")


@dataclass(frozen=True, slots=True)
class Probe:
    """One HTTP call: where to, what (bytes as they are, all else as JSON), and under which key."""

    path: str
    body: object
    key: str
    content_type: str = "application/json"


def api(key: str, *, channel: str, chance: random.Random) -> Probe:
    """A single notice at `POST /v1/notices`."""
    return Probe("/v1/notices", _notice(key, channel=channel, chance=chance), key)


def batch(key: str, *, channel: str, chance: random.Random) -> Probe:
    """A batch of one line at `POST /v1/notices/batch`."""
    line = _notice(key, channel=channel, chance=chance)
    return Probe("/v1/notices/batch", line, key, content_type="application/x-ndjson")


def xrpc(key: str, *, channel: str, chance: random.Random) -> Probe:
    """A report of an account over AT Protocol; the channel is the token's."""
    del channel
    body = {
        "reasonType": "com.atproto.moderation.defs#reasonOther",
        "reason": f"canary {chance.randbytes(8).hex()}",
        "subject": {
            "$type": "com.atproto.admin.defs#repoRef",
            "did": f"did:plc:{chance.randbytes(12).hex()}",
        },
    }
    return Probe("/xrpc/com.atproto.moderation.createReport", body, key)


def form(key: str, *, channel: str, chance: random.Random) -> Probe:
    """The last step of the report page, as a browser sends it; the channel is the token's."""
    del channel
    fields = {
        "step": "3",
        "go": "send",
        "lang": chance.choice(("de", "en")),
        "where": f"canary-{chance.randbytes(12).hex()}",
        "harm": chance.choice(("child_other", "scam", "other")),
        "why": f"canary {chance.randbytes(16).hex()}",
        "good_faith": "yes",
    }
    body = urlencode(fields).encode()
    return Probe("/report", body, key, content_type="application/x-www-form-urlencoded")


def coop(key: str, *, channel: str, chance: random.Random) -> Probe:
    """A report in Coop's shape; the channel is the token's."""
    del channel
    body = {
        "reporter": {"kind": "user", "typeId": "user", "id": f"canary-{chance.randbytes(8).hex()}"},
        "reportedForReason": {"reason": f"canary {chance.randbytes(8).hex()}"},
        "reportedItem": {"id": f"canary-{chance.randbytes(12).hex()}", "typeId": "post"},
    }
    return Probe("/api/v1/report", body, key)


def osprey(key: str, *, channel: str, chance: random.Random) -> Probe:
    """A report among the actions of Osprey; the channel is the token's."""
    del channel
    data = {
        "post_id": f"canary-{chance.randbytes(12).hex()}",
        "reason": f"canary {chance.randbytes(8).hex()}",
    }
    return Probe("/osprey/events", {"action_name": "tutela_probe", "data": data}, key)


def activitypub(key: str, *, channel: str, chance: random.Random) -> Probe:
    """A Flag of an account and its post, as a federated server sends it; the token is its word."""
    del channel
    account = f"https://canary.invalid/users/{chance.randbytes(8).hex()}"
    body = {
        "@context": "https://www.w3.org/ns/activitystreams",
        "type": "Flag",
        "actor": "https://canary.invalid/actor",
        "content": f"canary {chance.randbytes(8).hex()}",
        "object": [account, f"{account}/statuses/{chance.randbytes(8).hex()}"],
    }
    return Probe("/activitypub/inbox", body, key, content_type="application/activity+json")


#: How a probe is written for each door.
PROBES: Final[Mapping[str, Callable[..., Probe]]] = {
    "activitypub": activitypub,
    "api": api,
    "batch": batch,
    "coop": coop,
    "form": form,
    "osprey": osprey,
    "xrpc": xrpc,
}


def _notice(key: str, *, channel: str, chance: random.Random) -> dict[str, object]:
    category = chance.choice(list(Category))
    notice: dict[str, object] = {
        "external_id": key,
        "category": str(category),
        "explanation": f"canary {chance.randbytes(16).hex()}",
        "subjects": [{"kind": "content", "id": f"canary-{chance.randbytes(12).hex()}"}],
        "language": chance.choice(LANGUAGES),
        "surface": chance.choice(SURFACES),
        "channel": channel,
    }
    if category is Category.PROTECTION_OF_MINORS:
        notice["keyword"] = str(Keyword.UNSAFE_CHALLENGES)
    return notice
