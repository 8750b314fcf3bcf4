"""A login at the provider, from here and back."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    """What a login at the provider began with, and what has to come back."""

    state: str
    nonce: str
    verifier: str
    #: Where the provider sends the browser back to.
    back: str
