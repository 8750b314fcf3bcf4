"""Why an actor's key is not known, in words that the sender can act on."""

from http import HTTPStatus

from tutela.access.signatures.errors import SignatureRefused


class KeyUnknown(SignatureRefused):
    """The actor's server does not publish that key, or nothing is fetched from there."""

    code = "key_unknown"
    title = "The key of keyId is not known"


class KeyElsewhere(SignatureRefused):
    """The key is not the actor's: another owner, another server, or not named back."""

    code = "key_elsewhere"
    title = "The key is not the actor's"


class ActorGone(SignatureRefused):
    """The actor was deleted, and its key is not known any more."""

    code = "actor_gone"
    title = "The actor is gone"


class KeyUnavailable(SignatureRefused):
    """The actor's server gave no answer that can be used now; coming again helps."""

    code = "key_unavailable"
    title = "The actor's server can't be asked now"
    status = HTTPStatus.SERVICE_UNAVAILABLE


class Replayed(SignatureRefused):
    """The same signed call was taken before."""

    code = "replayed"
    title = "The signed call was taken before"
