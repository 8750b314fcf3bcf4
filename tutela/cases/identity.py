"""What makes two items one case, and two media the same: neither tells what it names."""

from collections.abc import Callable, Mapping
from typing import Final

from tutela.domain.notice import Subject
from tutela.domain.vocabulary import SubjectKind

SUBJECT_KEY_BYTES = 16
#: Hashes that leave no doubt, the strongest first.
_EXACT: Final = ("sha256", "sha1", "md5")


def subject_key(
    subject: Subject, *, tenant: str, service: str, digest: Callable[[bytes], bytes]
) -> bytes:
    """16 bytes that name a subject by its id, or by its URL where it has none, without telling it.

    A keyed digest, so that erasing the notices leaves nothing that could be guessed against.
    """
    by, name = ("id", subject.id) if subject.id is not None else ("url", subject.url or "")
    parts = (tenant, service, subject.kind, by, name)
    return digest("\x00".join(parts).encode())[:SUBJECT_KEY_BYTES]


def media_key(
    hashes: Mapping[str, str | None],
    *,
    tenant: str,
    service: str,
    digest: Callable[[bytes], bytes],
) -> bytes | None:
    """16 bytes that name a medium by its strongest hash; None where no exact one was told."""
    for kind in _EXACT:
        if told := hashes.get(kind):
            parts = (tenant, service, "medium", kind, told.lower())
            return digest("\x00".join(parts).encode())[:SUBJECT_KEY_BYTES]
    return None


def account_of(subject: Subject) -> Subject | None:
    """The account that the subject is or is said to be of; None where no id names one."""
    name = subject.id if subject.kind is SubjectKind.ACCOUNT else subject.account_id
    return None if name is None else Subject(kind=SubjectKind.ACCOUNT, id=name)
