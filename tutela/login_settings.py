"""What an operator may choose about logins: each setting with its unit and its default."""

from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated

from tutela import setting_readers as reads
from tutela.guard_settings import GuardSettings
from tutela.setting_readers import Setting


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginSettings(GuardSettings):
    """What an operator may choose about logins."""

    session_hours: Annotated[
        float,
        Setting(
            variable="TUTELA_SESSION_HOURS",
            means="how long after its login a session of the staff ends, whatever is done in it",
            read=reads.between(0.1, most=168),
        ),
    ] = 12.0
    session_idle_minutes: Annotated[
        float,
        Setting(
            variable="TUTELA_SESSION_IDLE_MINUTES",
            means="a session of the staff ends that is not used for so long",
            read=reads.between(1, most=1_440),
        ),
    ] = 60.0
    require_totp: Annotated[
        str | None,
        Setting(
            variable="TUTELA_REQUIRE_TOTP",
            means="roles that log in with a second proof beside the password, with commas",
            read=reads.people_roles,
        ),
    ] = None
    login_guesses_max: Annotated[
        int,
        Setting(
            variable="TUTELA_LOGIN_GUESSES_MAX",
            means="failed logins in an hour from which on somebody is told of it",
            read=reads.whole(0, most=1_000_000),
        ),
    ] = 100
    trusted_proxies: Annotated[
        str | None,
        Setting(
            variable="TUTELA_TRUSTED_PROXIES",
            means="networks of the proxies whose X-Forwarded headers are believed, with commas",
            read=reads.networks,
        ),
    ] = None

    oidc_issuer: Annotated[
        str | None,
        Setting(
            variable="TUTELA_OIDC_ISSUER",
            means="a provider of identities (OpenID Connect) that people may log in at",
            read=reads.issuer,
        ),
    ] = None
    oidc_client: Annotated[
        str,
        Setting(
            variable="TUTELA_OIDC_CLIENT",
            means="the name under which the provider knows Tutela",
            read=reads.words,
        ),
    ] = "tutela"
    oidc_secret_file: Annotated[
        Path | None,
        Setting(
            variable="TUTELA_OIDC_SECRET_FILE",
            means="the file of the client's secret; none for a public client",
            read=reads.file,
        ),
    ] = None
    oidc_roles: Annotated[
        str | None,
        Setting(
            variable="TUTELA_OIDC_ROLES",
            means="the role of each value of the role's claim; of several the first counts",
            read=reads.role_of_words,
        ),
    ] = None
    oidc_role_claim: Annotated[
        str,
        Setting(
            variable="TUTELA_OIDC_ROLE_CLAIM",
            means="the claim of the ID token that says what somebody is",
            read=reads.words,
        ),
    ] = "roles"
    oidc_name_claim: Annotated[
        str,
        Setting(
            variable="TUTELA_OIDC_NAME_CLAIM",
            means="the claim of the ID token that names somebody; an address counts to its @",
            read=reads.words,
        ),
    ] = "preferred_username"
    oidc_tenant: Annotated[
        str,
        Setting(
            variable="TUTELA_OIDC_TENANT",
            means="whose staff logs in at the provider",
            read=reads.words,
        ),
    ] = "main"
    oidc_hosts: Annotated[
        str | None,
        Setting(
            variable="TUTELA_OIDC_HOSTS",
            means="hosts beside the issuer's at which the provider's addresses may be, with commas",
            read=reads.hosts,
        ),
    ] = None

    @property
    def proxy_networks(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """The networks of the proxies whose headers are believed."""
        return tuple(ip_network(each) for each in (self.trusted_proxies or "").split(",") if each)
