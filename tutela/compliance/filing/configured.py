"""Filing as the operator set it: with which database, under which token, for which countries."""

from pathlib import Path

from tutela.compliance.filing.sending import TERMS
from tutela.compliance.transparency import Client
from tutela.compliance.transparency.wire import checked_address
from tutela.domain.countries import COUNTRIES, EEA
from tutela.settings import BadSetting, Settings


def served(settings: Settings) -> frozenset[str]:
    """Where the services are offered; BadSetting for a country that there is not."""
    named = frozenset((settings.served_countries or "").split(",")) - {""}
    if unknown := named - COUNTRIES:
        raise BadSetting(f"TUTELA_SERVED_COUNTRIES names no country: {', '.join(sorted(unknown))}.")
    return named or EEA


def database_client(settings: Settings, *, url: str | None = None) -> Client:
    """A client of the Transparency Database at `url`, or at the configured one.

    Errors: `BadSetting` where the address or the token is missing, `DatabaseUnfit` where the
    address can't be used.
    """
    address = url or settings.transparency_url
    if address is None:
        raise BadSetting("Nothing is filed: TUTELA_TRANSPARENCY_URL is not set.")
    return Client(address, token=_token_file(settings), terms=TERMS)


def refuse_unfit(settings: Settings) -> None:
    """Nothing where statements can be filed, or are not to be filed at all.

    Errors: `BadSetting`, `DatabaseUnfit`.
    """
    served(settings)
    if settings.transparency_url is not None:
        checked_address(settings.transparency_url)
        _token_file(settings)


def _token_file(settings: Settings) -> Path:
    if settings.transparency_token_file is None:
        raise BadSetting("Nothing is filed: TUTELA_TRANSPARENCY_TOKEN_FILE is not set.")
    return settings.transparency_token_file
