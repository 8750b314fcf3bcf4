"""Exports changed at random."""

from collections.abc import Callable

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.verify.exporting import OWNER, receipt_for, valid_export, with_batches
from tutela_verify import NotAnExport, Verdict


def unsigned_spans(content: bytes) -> list[range]:
    spans = []
    for name in (b'"exported_at":"', b'"valid_from":"'):
        start = content.index(name) + len(name)
        spans.append(range(start, start + 27))
    return spans


FLIPPED = with_batches(valid_export(5, every=2), batch=2, signer=OWNER)
FLIPPED.receipts[1] = receipt_for(FLIPPED.leaves[1], received=1, signer=OWNER)
FLIPPED_BYTES = FLIPPED.written()


@settings(
    max_examples=1_500, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.integers(0, len(FLIPPED_BYTES) - 1), st.integers(1, 255))
def test_no_byte_of_an_export_can_be_changed_unseen(
    verify: Callable[..., Verdict], at: int, mask: int
) -> None:
    changed = bytearray(FLIPPED_BYTES)
    changed[at] ^= mask
    if any(at in span for span in unsigned_spans(FLIPPED_BYTES)):
        return
    try:
        verdict = verify(bytes(changed))
    except NotAnExport:
        return
    assert not verdict.ok


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.integers(0, len(FLIPPED_BYTES)), st.binary(max_size=300), st.integers(0, 400))
def test_no_splice_into_an_export_is_verified_or_ends_in_a_crash(
    verify: Callable[..., Verdict], at: int, spliced: bytes, dropped: int
) -> None:
    changed = FLIPPED_BYTES[:at] + spliced + FLIPPED_BYTES[at + dropped :]
    try:
        verdict = verify(changed)
    except NotAnExport:
        return
    if any(at in span for span in unsigned_spans(FLIPPED_BYTES)):
        return
    assert verdict.ok is (changed == FLIPPED_BYTES)


def test_the_bytes_that_no_signature_covers_are_the_two_times_of_the_exporter(
    verify: Callable[..., Verdict],
) -> None:
    assert verify(FLIPPED_BYTES).ok
    for span in unsigned_spans(FLIPPED_BYTES):
        changed = bytearray(FLIPPED_BYTES)
        changed[span[-2]] = ord("7")
        assert verify(bytes(changed)).ok
