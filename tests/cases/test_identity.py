"""What makes two items one case: tenant, service and subject, by a key that tells nothing."""

import hmac
from collections.abc import Callable

import pytest

from tutela.cases.identity import SUBJECT_KEY_BYTES, media_key, subject_key
from tutela.domain.notice import Subject
from tutela.domain.vocabulary import SubjectKind

POST = Subject(kind=SubjectKind.CONTENT, id="p-1", url="https://example.social/p/1")


def keyed(secret: bytes) -> Callable[[bytes], bytes]:
    return lambda message: hmac.digest(secret, message, "sha256")


def key_of(
    subject: Subject, *, tenant: str = "t", service: str = "s", secret: bytes = b"k"
) -> bytes:
    return subject_key(subject, tenant=tenant, service=service, digest=keyed(secret))


def test_a_subject_with_an_id_is_the_same_by_whatever_url() -> None:
    elsewhere = Subject(kind=SubjectKind.CONTENT, id="p-1", url="https://other.example/1")
    bare = Subject(kind=SubjectKind.CONTENT, id="p-1")
    assert key_of(POST) == key_of(elsewhere) == key_of(bare)
    assert len(key_of(POST)) == SUBJECT_KEY_BYTES


def test_a_subject_without_an_id_is_known_by_its_url() -> None:
    one = Subject(kind=SubjectKind.URL, url="https://example.social/p/1")
    other = Subject(kind=SubjectKind.URL, url="https://example.social/p/2")
    assert key_of(one) != key_of(other)
    assert key_of(one) == key_of(Subject(kind=SubjectKind.URL, url=one.url, account_id="a"))


@pytest.mark.parametrize(
    "other",
    [
        Subject(kind=SubjectKind.ACCOUNT, id="p-1"),
        Subject(kind=SubjectKind.CONTENT, id="p-2"),
        Subject(kind=SubjectKind.CONTENT, url="p-1"),
        Subject(kind=SubjectKind.CONTENT, id="P-1"),
    ],
)
def test_other_subjects_have_other_keys(other: Subject) -> None:
    assert key_of(other) != key_of(POST)


def test_other_tenants_services_and_secrets_have_other_keys() -> None:
    keys = {
        key_of(POST),
        key_of(POST, tenant="u"),
        key_of(POST, service="u"),
        key_of(POST, secret=b"l"),
        key_of(POST, tenant="ts", service=""),
    }
    assert len(keys) == 5


def test_a_medium_is_named_by_its_strongest_exact_hash_and_by_no_perceptual_one() -> None:
    def name(**hashes: str | None) -> bytes | None:
        return media_key(hashes, tenant="t", service="s", digest=keyed(b"k"))

    strongest = name(md5="aa" * 16, sha256="BB" * 32)
    assert strongest is not None
    assert strongest == name(sha256="bb" * 32)
    assert name(md5="aa" * 16) not in (None, strongest)
    assert name(pdq="cc" * 32, sha256=None) is None
