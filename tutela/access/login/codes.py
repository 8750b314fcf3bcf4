"""Codes of an authenticator by time (RFC 6238: SHA-1, six digits, 30 s), and recovery codes."""

import base64
import hashlib
import hmac
import re
from collections.abc import Callable
from datetime import datetime
from typing import Final

import pyotp

STEP_SECONDS: Final = 30
#: Steps before and after now whose codes are taken as well: clocks differ, people type (5.2, 6).
STEPS_AROUND: Final = (0, -1, 1)
#: RFC 4226, R6: 160 bits.
SECRET_BYTES: Final = 20
RECOVERY_CODES: Final = 10
#: 80 bits: nobody guesses one, so a fast hash is enough.
RECOVERY_BYTES: Final = 10
ISSUER: Final = "Tutela"


def new_secret(chance: Callable[[int], bytes]) -> str:
    """160 bits in base 32, as authenticators take them."""
    return base64.b32encode(chance(SECRET_BYTES)).decode()


def fitting_step(secret: str, *, code: str, now: datetime, after: int) -> int | None:
    """The time step, later than `after`, whose code this is; None where it is none of them."""
    given = re.sub(r"\s", "", code)
    here = int(now.timestamp()) // STEP_SECONDS
    generator = pyotp.TOTP(secret)
    for step in (here + around for around in STEPS_AROUND):
        expected = generator.generate_otp(step)
        if step > after and hmac.compare_digest(expected.encode(), given.encode()):
            return step
    return None


def setup_address(secret: str, *, name: str, tenant: str) -> str:
    """The `otpauth:` address that an authenticator reads from the picture."""
    issuer = ISSUER if tenant == "main" else f"{ISSUER} {tenant}"
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=issuer)


def recovery_codes(chance: Callable[[int], bytes]) -> tuple[str, ...]:
    """Ten codes of four groups of four letters and digits, 80 bits each."""
    written = (base64.b32encode(chance(RECOVERY_BYTES)).decode() for _ in range(RECOVERY_CODES))
    return tuple("-".join(each[at : at + 4] for at in range(0, 16, 4)) for each in written)


def recovery_hash(code: str) -> bytes:
    """What is kept of a recovery code; blanks, dashes and case are the reader's."""
    return hashlib.sha256(re.sub(r"[^A-Z0-9]", "", code.upper()).encode()).digest()
