"""Why something of the outside was not fetched."""

from enum import StrEnum
from http import HTTPStatus

from tutela.errors import TutelaError


class Why(StrEnum):
    """What the guard found wrong with a place; stands in the evidence under `why`."""

    #: Neither https nor, in an allowed network, http.
    SCHEME = "scheme"
    #: A name or a password stands in the URL.
    USERINFO = "userinfo"
    #: The host is no plain name and no plain address.
    HOST = "host"
    #: Not 443, and not in an allowed network.
    PORT = "port"
    #: One of the host's addresses is set aside.
    ADDRESS = "address"
    #: More redirects than are followed.
    REDIRECTS = "redirects"


class OutsideRefused(TutelaError):
    """The guard fetches nothing from that place."""

    code = "outside_refused"
    title = "Nothing is fetched from that place"
    status = HTTPStatus.BAD_REQUEST

    @property
    def why(self) -> object:
        return self.evidence.get("why")


class OutsideUnavailable(TutelaError):
    """The place did not answer as it should: not in time, too much, or with an error."""

    code = "outside_unavailable"
    title = "The other server did not answer as it should"
    status = HTTPStatus.SERVICE_UNAVAILABLE


class OutsideGone(OutsideUnavailable):
    """The place says that what was asked for is not there, or no longer (404, 410)."""

    code = "outside_gone"
    title = "The other server does not have it"


def refused(why: Why, *, detail: str) -> OutsideRefused:
    """The refusal, with what was wrong as evidence."""
    return OutsideRefused(detail, evidence={"why": why})
