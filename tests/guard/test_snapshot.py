from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutela.detection.terms.term import TermKind
from tutela.guard.asking import ItemKind, Surface, Verdict
from tutela.guard.snapshot import (
    FORMAT,
    Mode,
    Named,
    Snapshot,
    SnapshotUnreadable,
    Switches,
    Text,
    pack,
    unpack,
)

SNAPSHOT = Snapshot(
    tenant="main",
    service="main",
    version=3,
    published_at=datetime(2026, 11, 22, 9, tzinfo=UTC),
    texts=(
        Text("zorbaquil", TermKind.WORD, Verdict.BLOCK, ("de",), (Surface.SEARCH,)),
        Text("vexomir", TermKind.SUBSTRING, Verdict.RESTRICT),
    ),
    named=(Named(ItemKind.ACCOUNT, "a-7", Verdict.ALLOW, "n-1"),),
    switches=Switches(modes={Surface.TYPEAHEAD: Mode.SHUT}, fail_closed=(Surface.SEARCH,)),
    canaries=("qanaril",),
)


def test_a_snapshot_is_read_as_it_was_packed() -> None:
    assert unpack(pack(SNAPSHOT)) == SNAPSHOT


def test_a_snapshot_shows_nothing_of_what_it_lists() -> None:
    assert "zorbaquil" not in repr(SNAPSHOT)


@given(cut=st.floats(0, 1, exclude_max=True))
def test_a_snapshot_cut_off_anywhere_is_refused(cut: float) -> None:
    whole = pack(SNAPSHOT)
    with pytest.raises(SnapshotUnreadable):
        unpack(whole[: int(len(whole) * cut)])


def test_a_snapshot_of_another_format_is_refused() -> None:
    changed = pack(SNAPSHOT).replace(b"\xa6format" + bytes([FORMAT]), b"\xa6format\x09")
    with pytest.raises(SnapshotUnreadable, match="9"):
        unpack(changed)
