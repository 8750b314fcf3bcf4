"""The provider that an operator chose, and what is refused of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit

from tutela.domain.vocabulary import Role
from tutela.errors import TutelaError


class ProviderUnavailable(TutelaError):
    """The provider gave no answer that can be used."""

    code = "provider_unavailable"
    title = "The provider of identities does not answer as it should"
    status = HTTPStatus.BAD_GATEWAY


class ProviderRefused(TutelaError):
    """The provider lets the person not in, or what came back is not what was asked for."""

    code = "provider_refused"
    title = "The provider of identities did not let you in"
    status = HTTPStatus.FORBIDDEN


class NotKnownHere(TutelaError):
    """The provider knows the person, and they may not come in here."""

    code = "not_known_here"
    title = "You may not log in here"
    status = HTTPStatus.FORBIDDEN


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """A provider, as the operator chose it."""

    issuer: str
    client_id: str
    #: None for a public client, which proves itself by PKCE alone.
    secret_file: Path | None
    name_claim: str
    role_claim: str
    #: The role of each value of the role's claim; of several the first counts.
    roles: Mapping[str, Role]
    #: Whose staff it lets in.
    tenant: str
    #: Hosts beside the issuer's own that its addresses may be at.
    hosts: frozenset[str] = frozenset()

    def is_its_own(self, address: object) -> bool:
        """Whether an address is at the issuer, by its scheme, or at a host that was allowed."""
        if not isinstance(address, str):
            return False
        given, issuer = urlsplit(address), urlsplit(self.issuer)
        at_host = given.netloc == issuer.netloc or given.netloc in self.hosts
        return given.scheme == issuer.scheme and at_host

    def secret(self) -> str | None:
        """The client's secret, read each time; raises ProviderUnavailable."""
        if self.secret_file is None:
            return None
        try:
            return self.secret_file.read_text(encoding="utf-8").strip()
        except (OSError, ValueError) as cause:
            raise ProviderUnavailable(
                "The file of TUTELA_OIDC_SECRET_FILE can't be read."
            ) from cause
