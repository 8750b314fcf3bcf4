"""Codes by time, held against the tables of RFC 6238, and recovery codes as people type them."""

import base64
import os
from datetime import UTC, datetime

import pytest

from tutela.access.login import codes

#: RFC 6238, appendix B: SHA-1, the last six of the eight digits that stand there.
RFC_SECRET = base64.b32encode(b"12345678901234567890").decode()
RFC_TABLE = [
    (59, "287082"),
    (1_111_111_109, "081804"),
    (1_111_111_111, "050471"),
    (1_234_567_890, "005924"),
    (2_000_000_000, "279037"),
    (20_000_000_000, "353130"),
]


@pytest.mark.parametrize(("unix_seconds", "code"), RFC_TABLE)
def test_a_code_of_the_standards_table_fits_at_its_time(unix_seconds: int, code: str) -> None:
    now = datetime.fromtimestamp(unix_seconds, UTC)
    step = codes.fitting_step(RFC_SECRET, code=code, now=now, after=0)
    assert step == unix_seconds // 30


@pytest.mark.parametrize("away", [-61, -1, 0, 30, 61])
def test_a_code_fits_a_step_early_or_late_and_no_more(away: int) -> None:
    now = datetime.fromtimestamp(1_234_567_890 + away, UTC)
    step = codes.fitting_step(RFC_SECRET, code="005 924", now=now, after=0)
    assert (step is not None) == (abs(away) < 60)


def test_a_step_that_was_taken_fits_no_more() -> None:
    now = datetime.fromtimestamp(1_234_567_890, UTC)
    taken = 1_234_567_890 // 30
    assert codes.fitting_step(RFC_SECRET, code="005924", now=now, after=taken) is None


@pytest.mark.parametrize("code", ["", "5924", "0059240", "٠٠٥٩٢٤", "00592\0", "abcdef"])
def test_what_is_no_code_fits_at_no_time(code: str) -> None:
    now = datetime.fromtimestamp(1_234_567_890, UTC)
    assert codes.fitting_step(RFC_SECRET, code=code, now=now, after=0) is None


def test_a_recovery_code_is_known_however_it_is_typed() -> None:
    given = codes.recovery_codes(os.urandom)
    assert len(set(given)) == len(given) == 10
    kept = codes.recovery_hash(given[0])
    assert kept == codes.recovery_hash(f" {given[0].lower().replace('-', ' ')}")
    assert kept != codes.recovery_hash(given[1])
