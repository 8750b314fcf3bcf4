"""What a program can meet on its way to the server."""

from tutela.errors import TutelaError


class GuardAway(TutelaError):
    """The guard's server gives no answer, or none that is one."""

    code = "guard_away"
    title = "The guard's server does not answer"
    status = 503


class GuardRefused(TutelaError):
    """The guard's server answers and gives nothing: the token, or the right, or the pace."""

    code = "guard_refused"
    title = "The guard's server gives nothing"
    status = 503
