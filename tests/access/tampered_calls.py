"""Signed calls, and what can be changed in them: by which code each change is refused."""

import base64
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from tests.fixtures.federation import COVERED, INBOX, How, Signed, rsa_key, sign_draft, sign_rfc9421

NOW = datetime(2026, 11, 21, 10, 15, tzinfo=UTC)
SOON = NOW + timedelta(minutes=1)
TOO_OLD = NOW - timedelta(hours=12, seconds=1)
TOO_EARLY = NOW + timedelta(hours=1, seconds=1)
KEY_ID = "https://there.example/actor#main-key"
FLAG = {"type": "Flag", "actor": "https://there.example/actor", "object": "https://here.example/a"}
OTHER = json.dumps({**FLAG, "content": "token 9b07"}).encode()
PATH = "/activitypub/inbox"
COVERED_OLDER = "(request-target) host digest date"
CREATED = "(request-target) host digest (created)"
ENDING = f"{CREATED} (expires)"
ZEROS = "A" * 43 + "="


def older(*, at: datetime = NOW, url: str = INBOX) -> Signed:
    """Signed by `apsig`."""
    return sign_draft(FLAG, key=rsa_key(), key_id=KEY_ID, at=at, url=url)


def newer(**how: object) -> Signed:
    """Signed by `http-message-signatures`."""
    usual = How(key=rsa_key(), key_id=KEY_ID, at=NOW)
    return sign_rfc9421(FLAG, how=replace(usual, **how))  # type: ignore[arg-type]


def by_hand(
    covered: str = COVERED_OLDER,
    *,
    created: datetime | None = None,
    expires: datetime | None = None,
    algorithm: str = "hs2019",
) -> Signed:
    """Signed in the older form with what `apsig` can't say."""
    plain = older()
    lines = {**plain.headers, "(request-target)": f"post {PATH}"}
    said = [f'keyId="{KEY_ID}"', f'algorithm="{algorithm}"', f'headers="{covered}"']
    for name, at in (("created", created), ("expires", expires)):
        if at is not None:
            lines[f"({name})"] = str(int(at.timestamp()))
            said.append(f"{name}={int(at.timestamp())}")
    base = "\n".join(f"{name}: {lines.get(name, '')}" for name in covered.split())
    signature = rsa_key().sign(base.encode(), padding.PKCS1v15(), hashes.SHA256())
    said.append(f'signature="{base64.b64encode(signature).decode()}"')
    return changed(plain, signature=",".join(said))


def changed(signed: Signed, **headers: str | None) -> Signed:
    """The call with other headers; None takes one away."""
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    merged = {**signed.headers, **given}
    return Signed(signed.body, {name: value for name, value in merged.items() if value is not None})


def rewritten(before: str, *, after: str, header: str = "signature-input") -> Signed:
    """A call in the newer form with another text in one header."""
    signed = newer()
    assert before in signed.headers[header]
    text = signed.headers[header].replace(before, after, 1)
    return Signed(signed.body, {**signed.headers, header: text})


def flipped(signed: Signed) -> Signed:
    """The call with another letter within its signature."""
    text = signed.headers["signature"]
    at = len(text) - 20
    other = "A" if text[at] != "A" else "B"
    return Signed(signed.body, {**signed.headers, "signature": text[:at] + other + text[at + 1 :]})


#: By the code of the refusal: what was changed, and the call.
TAMPERED: dict[str, dict[str, Signed]] = {
    "signature_missing": {"not signed": changed(older(), signature=None)},
    "digest_wrong": {
        "another body": replace(older(), body=OTHER),
        "a blank more": replace(older(), body=older().body + b" "),
        "another digest": changed(older(), digest=f"SHA-256={ZEROS}"),
        "a wrong digest beside another": changed(older(), digest=f"sha-256={ZEROS}, md5=AA=="),
        "a digest of another kind": changed(older(), digest="MD5=AAAA"),
        "a digest that is none": changed(older(), digest="SHA-256=?"),
        "newer: another body": replace(newer(), body=OTHER),
        "newer: another digest": changed(newer(), content_digest=f"sha-256=:{ZEROS}:"),
        "newer: a digest of another kind": changed(newer(), content_digest="md5=:AAAA:"),
        "newer: a digest that is no bytes": changed(newer(), content_digest="sha-256=1"),
        "newer: a digest that is none": changed(newer(), content_digest="=:"),
    },
    "signature_uncovered": {
        "no digest": changed(older(), digest=None),
        "host not signed": by_hand("(request-target) digest date"),
        "place not signed": by_hand("host digest date"),
        "digest not signed": by_hand("(request-target) host date"),
        "date not signed": by_hand("(request-target) host digest"),
        "a header that is not there": by_hand("(request-target) host digest date x"),
        "newer: no digest": changed(newer(), content_digest=None),
        "newer: method not signed": newer(covered=COVERED[1:]),
        "newer: place not signed": newer(covered=("@method", "@authority")),
        "newer: no time": rewritten("created=", after="made="),
        "newer: a part that is not there": rewritten('"@method"', after='"@method" "x"'),
        "newer: an unknown part": rewritten('"@method"', after='"@method" "@status"'),
    },
    "signature_unreadable": {
        "no date": changed(older(), date=None),
        "a date without its zone": changed(older(), date="Sat, 21 Nov 2026 10:15:00"),
        "a day that is not": changed(older(), date="Sat, 31 Feb 2026 10:15:00 GMT"),
        "a header twice": by_hand("host (request-target) host digest date"),
        "created not said": by_hand(CREATED),
        "no list": changed(older(), signature="keyId"),
        "keyId twice": changed(older(), signature='keyId="a",keyId="b",signature="AA=="'),
        "no keyId": changed(older(), signature='signature="AA=="'),
        "no base64": changed(
            older(),
            signature=older().headers["signature"].replace('signature="', 'signature="?'),
        ),
        "newer: a part with a parameter": rewritten('"@method"', after='"@method";req'),
        "newer: a part twice": rewritten('"@method"', after='"@method" "@method"'),
        "newer: other labels": rewritten("pyhms", after="other", header="signature"),
        "newer: no field": changed(newer(), signature_input="("),
        "newer: no list": changed(newer(), signature_input="pyhms=1"),
        "newer: nothing": changed(newer(), signature_input=""),
        "newer: no keyid": rewritten("keyid", after="id"),
        "newer: a time out of the calendar": rewritten("created=", after="created=99999"),
        "newer: no signature": changed(newer(), signature=None),
    },
    "signature_expired": {
        "too old": older(at=TOO_OLD),
        "its own end": by_hand(ENDING, created=NOW - timedelta(hours=1), expires=NOW),
        "newer: too old": newer(at=TOO_OLD),
        "newer: its own end": newer(at=NOW - timedelta(minutes=2), lasts=timedelta(minutes=1)),
    },
    "signature_early": {
        "too early": older(at=TOO_EARLY),
        "newer: too early": newer(at=TOO_EARLY),
        "newer: another time": rewritten("created=1", after="created=2"),
    },
    "algorithm_unfit": {
        "created with rsa-sha256": by_hand(CREATED, created=NOW, algorithm="rsa-sha256"),
        "an algorithm of a shared secret": by_hand(algorithm="hmac-sha256"),
        "an algorithm of another key": by_hand(algorithm="ed25519"),
        "newer: of another key": rewritten("rsa-v1_5-sha256", after="ed25519"),
        "newer: of a shared secret": rewritten("rsa-v1_5-sha256", after="hmac-sha256"),
    },
    "signature_wrong": {
        "another date": changed(older(), date="Sat, 21 Nov 2026 10:14:59 GMT"),
        "for another host": older(url="http://other/activitypub/inbox"),
        "for another path": older(url="http://tutela/inbox"),
        "another letter": flipped(older()),
        "a signature of nothing": changed(
            older(), signature=f'keyId="{KEY_ID}",headers="{COVERED_OLDER}",signature="AAAA"'
        ),
        "newer: one digest of two": changed(
            newer(), content_digest=f"md5=:AAAA:, {newer().headers['content-digest']}"
        ),
        "newer: for another host": newer(url="http://other/activitypub/inbox"),
        "newer: for another path": newer(url="http://tutela/inbox"),
        "newer: another algorithm": rewritten("rsa-v1_5-sha256", after="rsa-pss-sha512"),
        "newer: another letter": flipped(newer()),
    },
}
