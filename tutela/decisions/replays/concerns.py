"""Whom a fault concerned: persons by a keyed digest of what named them, never by a name."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

import msgspec

from tutela.access.keys import KeySet, Sealed
from tutela.decisions.replays.words import Concerned
from tutela.domain.notice import Notifier
from tutela.intake.opening import notice_in
from tutela.intake.preparation import open_body

PERSON_KEY_BYTES = 16


@dataclass(frozen=True, slots=True)
class Concern:
    """That a notice or a statement of reasons, `ref_id`, concerns somebody."""

    concerned: Concerned
    person_key: bytes
    ref_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """Whose persons they are, and the digest under which each is known."""

    tenant: str
    service: str
    digest: Callable[[bytes], bytes]

    def of_notice(self, notice_id: UUID, *, sealed: Sealed, keys: KeySet) -> Concern:
        """Who gave a notice; where nothing names them, the notice stands for them."""
        notice = notice_in(open_body(sealed, notice_id=notice_id, keys=keys))
        name = name_of(notice.notifier)
        if name is None:
            key = self._key(Concerned.UNNAMED, name=str(notice_id))
            return Concern(Concerned.UNNAMED, key, notice_id)
        return Concern(Concerned.NOTIFIER, self._key(Concerned.NOTIFIER, name=name), notice_id)

    def of_statement(self, statement_id: UUID, *, sealed: Sealed, keys: KeySet) -> Concern | None:
        """To whom a statement of reasons was issued; None where no account is known."""
        account = account_of(keys.open(sealed, row=statement_id.bytes))
        if account is None:
            return None
        key = self._key(Concerned.RECIPIENT, name=account)
        return Concern(Concerned.RECIPIENT, key, statement_id)

    def _key(self, concerned: Concerned, *, name: str) -> bytes:
        parts = ("person", self.tenant, self.service, concerned, name)
        return self.digest("\x00".join(parts).encode())[:PERSON_KEY_BYTES]


class _Addressed(msgspec.Struct, frozen=True):
    recipient: str | None = None


_decode_addressed = msgspec.json.Decoder(_Addressed).decode


def name_of(notifier: Notifier | None) -> str | None:
    """What tells one notifier from another: an address, or a name that is a URI; else None.

    Two people can have the same name, and nobody is to be told of what another reported.
    """
    if notifier is None:
        return None
    email = (notifier.email or "").strip().casefold()
    if email:
        return email
    name = (notifier.name or "").strip()
    scheme, colon, rest = name.partition(":")
    return name if colon and scheme.isalnum() and rest and " " not in name else None


def account_of(statement: bytes) -> str | None:
    """The account to which a stored statement of reasons was issued."""
    return _decode_addressed(statement).recipient
