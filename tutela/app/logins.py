"""Logins in the house: what the operator chose, and what is forgotten in time."""

from typing import TYPE_CHECKING

from tutela.access.login import guesses
from tutela.access.login.rules import LoginRules
from tutela.access.sessions import Sessions
from tutela.app import HOUSEKEEPING_SECONDS, House, Loop
from tutela.database.pool import every_tenant_transaction
from tutela.domain.vocabulary import Role
from tutela.settings import Settings
from tutela.staff.provider.chosen import Chosen

if TYPE_CHECKING:
    from tutela.staff.provider.asking import Provider


def login_rules(settings: Settings) -> LoginRules:
    """How long sessions last, and of whom a second proof is asked."""
    named = (settings.require_totp or "").split(",")
    return LoginRules(
        session_hours=settings.session_hours,
        idle_minutes=settings.session_idle_minutes,
        strong_roles=frozenset(Role(each) for each in named if each),
    )


def provider(house: House) -> "Provider | None":
    """The provider of identities that was chosen; None where none was."""
    settings = house.settings
    if settings.oidc_issuer is None:
        return None
    from tutela.staff.provider.asking import Provider

    named = (each.partition("=") for each in (settings.oidc_roles or "").split(",") if each)
    chosen = Chosen(
        issuer=settings.oidc_issuer,
        client_id=settings.oidc_client,
        secret_file=settings.oidc_secret_file,
        name_claim=settings.oidc_name_claim,
        role_claim=settings.oidc_role_claim,
        roles={value: Role(role) for value, _, role in named},
        tenant=settings.oidc_tenant,
        hosts=frozenset(each for each in (settings.oidc_hosts or "").split(",") if each),
    )
    return Provider(chosen, clock=house.clock)


def login_loops(house: House) -> tuple[Loop, ...]:
    """What every worker does for logins."""
    sessions = Sessions(
        house.pool, clock=house.clock, chance=house.chance, rules=login_rules(house.settings)
    )

    async def forget() -> None:
        await sessions.forget_ended()
        async with every_tenant_transaction(house.pool) as connection:
            await guesses.forget_old(connection, now=house.clock())

    return (Loop(name="logins forgotten", every_seconds=HOUSEKEEPING_SECONDS, run=forget),)
