"""Reading quickly says what reading line by line says, of every export and every tampering."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.verify.cosigning import note_of, with_lines
from tests.verify.exporting import OWNER, Export, jcs, leaf, receipt_for, valid_export, with_batches
from tests.verify.test_tamperings import TAMPERINGS
from tutela_verify import Effort, Held, Verdict, quickly, verify
from tutela_verify.exports import _Quick, _subject
from tutela_verify.quickly import Irregular


@pytest.fixture
def both(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Verdict]:
    """The verdict, the same by both readings, over ranges of a few leaves."""
    monkeypatch.setattr(quickly, "RANGE_BYTES", 1_500)

    def both(
        export: bytes, *, processes: int = 1, sample: int | None = 5, **held: object
    ) -> Verdict:
        path = tmp_path / "export"
        path.write_bytes(export)
        efforts = (
            Effort(receipt_sample=sample, processes=processes, quickly_from_bytes=least)
            for least in (0, None)
        )
        given_held = Held(**held)  # type: ignore[arg-type]
        quick, slow = (verify(path, held=given_held, effort=effort) for effort in efforts)
        assert quick == slow
        return slow

    return both


def is_quick(path: Path) -> bool:
    subject = _subject(path, held=Held(), receipt_sample=5)
    try:
        return _Quick(subject, processes=1).run().ok
    except Irregular:
        return False


@pytest.mark.parametrize("processes", [1, 2])
@pytest.mark.parametrize("size", [0, 1, 12, 40])
def test_a_valid_export_is_read_quickly(
    both: Callable[..., Verdict], tmp_path: Path, size: int, processes: int
) -> None:
    export = valid_export(size)
    receipts = [each for each in export.receipts if each][:2]
    verdict = both(export.written(), processes=processes, receipts=receipts, heads=export.heads[:1])
    assert verdict.ok, verdict.first_fault
    assert is_quick(tmp_path / "export")


@pytest.mark.parametrize("tampering", TAMPERINGS, ids=lambda each: each.__name__)
def test_a_tampering_is_found_all_the_same(
    both: Callable[..., Verdict], tampering: Callable[[Export], None]
) -> None:
    export = valid_export(12)
    tampering(export)
    assert not both(export.written(), sample=None).ok


ODD: dict[str, dict[str, Any]] = {
    "letters of the world": {"projection": {"surface": "\u00fc\u4e16\U0001f600", "z": "\x7f"}},
    "an escape": {"projection": {"surface": 'a"b\\\n'}},
    "what looks like the end": {
        "projection": {"a": '},"service":"s","type":"t","v":1}', "b": {"service": "x"}}
    },
    "a service of the world": {"service": "\u00fc"},
    "a service with a quote": {"service": 'a"b'},
    "an introduction": {"type": "key.introduced"},
}


@pytest.mark.parametrize("named", ODD)
def test_odd_leaves_are_read_the_same(both: Callable[..., Verdict], named: str) -> None:
    export = valid_export(12)
    export.leaves[3] = leaf(3, **ODD[named])
    export.heads = [export.head(12, at=13, signer=OWNER)]
    assert both(export.written()).ok


BROKEN: dict[str, tuple[str, str]] = {
    "a space": ('"v":1}', '"v": 1}'),
    "a field": ('"v":1}', '"v":1,"w":1}'),
    "a version": ('"v":1}', '"v":2}'),
    "a day": ("2026-11-21", "2026-02-31"),
    "an hour": ("T10:", "T24:"),
    "keys out of order": ('"items":0,"language":"de"', '"language":"de","items":0'),
    "a key twice": ('"items":0,', '"items":0,"items":0,'),
    "a fraction": ('"items":0', '"items":0.0'),
    "an integer": ('"items":0', f'"items":{2**53}'),
    "a letter": ('"language":"de"', '"language":"d\\u0065"'),
    "half a letter": ('"language":"de"', '"language":"\\ud800"'),
    "a key of another plane": ('"language":"de"', '"language":"de","\U0001f600":1'),
}


@pytest.mark.parametrize("named", BROKEN)
def test_a_broken_form_is_found_the_same(both: Callable[..., Verdict], named: str) -> None:
    old, new = BROKEN[named]
    export = valid_export(12)
    assert old in export.leaves[6]
    export.leaves[6] = export.leaves[6].replace(old, new, 1)
    export.receipts[6] = receipt_for(export.leaves[6], received=6, signer=OWNER)
    export.heads = [export.head(12, at=13, signer=OWNER)]
    verdict = both(export.written(), sample=None)
    assert not verdict.ok


def test_batches_and_checkpoints_are_read_the_same(both: Callable[..., Verdict]) -> None:
    batched = with_batches(valid_export(12), batch=4, signer=OWNER)
    assert both(batched.written(), sample=None).ok
    export = valid_export(12)
    note = note_of(export.heads[0], signer=OWNER)
    assert both(with_lines(export, behind={4: [("checkpoint", {"note": note})]})).checkpoints == 1


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_changed_byte_is_judged_the_same(
    both: Callable[..., Verdict], data: st.DataObject
) -> None:
    text = bytearray(valid_export(6, every=3).written())
    place = data.draw(st.integers(text.index(b"\nleaf") + 1, len(text) - 1))
    text[place] = data.draw(st.integers(0, 255))
    both(bytes(text), sample=None)


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    projection=st.dictionaries(
        st.text(max_size=4),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(max_size=5),
            lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner),
            max_leaves=4,
        ),
        max_size=3,
    )
)
def test_any_projection_is_judged_the_same(
    both: Callable[..., Verdict], projection: dict[str, Any]
) -> None:
    try:
        jcs(projection).encode()
    except UnicodeEncodeError:
        return
    export = valid_export(4)
    export.leaves[3] = leaf(3, projection=json.loads(jcs(projection)))
    export.heads = [export.head(4, at=5, signer=OWNER)]
    both(export.written())
