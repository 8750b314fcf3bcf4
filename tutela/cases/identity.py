"""What makes two items one case: tenant, service, subject and harm family."""

from collections.abc import Callable

from tutela.domain.notice import Subject

SUBJECT_KEY_BYTES = 16


def subject_key(
    subject: Subject, *, tenant: str, service: str, digest: Callable[[bytes], bytes]
) -> bytes:
    """16 bytes that name a subject by its id, or by its URL where it has none, without telling it.

    A keyed digest, so that erasing the notices leaves nothing that could be guessed against.
    """
    by, name = ("id", subject.id) if subject.id is not None else ("url", subject.url or "")
    parts = (tenant, service, subject.kind, by, name)
    return digest("\x00".join(parts).encode())[:SUBJECT_KEY_BYTES]
