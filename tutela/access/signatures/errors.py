"""Why a signed call is not believed, in words that its sender can act on."""

from http import HTTPStatus

from tutela.errors import TutelaError


class SignatureRefused(TutelaError):
    """The signature does not fit the call, the key or the time; nothing was stored."""

    code = "signature_wrong"
    title = "The signature does not fit the call"
    status = HTTPStatus.UNAUTHORIZED


class SignatureMissing(SignatureRefused):
    """The call carries no signature in a form that is understood."""

    code = "signature_missing"
    title = "The call is not signed"


class SignatureUnreadable(SignatureRefused):
    """The fields that carry the signature break their own grammar."""

    code = "signature_unreadable"
    title = "The signature can't be read"


class SignatureUncovered(SignatureRefused):
    """The signature leaves out something that has to be signed."""

    code = "signature_uncovered"
    title = "The signature does not cover what it must"


class SignatureExpired(SignatureRefused):
    """The signature is too old, or its own end is over."""

    code = "signature_expired"
    title = "The signature is too old"


class SignatureEarly(SignatureRefused):
    """The signature is from the future, beyond what clocks differ by."""

    code = "signature_early"
    title = "The signature is from the future"


class DigestWrong(SignatureRefused):
    """The body is not the one whose digest was signed."""

    code = "digest_wrong"
    title = "The body does not fit its digest"


class AlgorithmUnfit(SignatureRefused):
    """The algorithm is not taken here, or not one of the key."""

    code = "algorithm_unfit"
    title = "The algorithm is not taken for this key"


class KeyUnfit(SignatureRefused):
    """The key can't be read, is too weak, or is of a kind that is not taken."""

    code = "key_unfit"
    title = "The key can't be used"
