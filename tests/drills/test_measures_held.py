"""A platform that follows revisions ends where its last instruction says, in whatever order."""

from collections.abc import Callable
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from tutela.drills.measures_held import Effect, MeasuresHeld, Order, Restriction, order_of

REMOVED = Restriction("visibility_removed")
POST = "content:post-1"


def order(name: str, *, at: int) -> Order:
    return Order(name, at, REMOVED)


@dataclass(frozen=True)
class Said:
    """One message about the subject."""

    verb: str
    revision: int
    names: tuple[str, ...]

    def to(self, held: MeasuresHeld) -> None:
        orders = [order(name, at=self.revision) for name in self.names]
        if self.verb == "reconcile":
            held.reconcile(orders, subject=POST, revision=self.revision)
        elif self.verb == "apply":
            held.apply(orders[0], subject=POST)
        else:
            held.undo(orders[0], subject=POST)


@st.composite
def histories(draw: Callable[..., list[str]]) -> list[Said]:
    """What is said of a subject as time goes by: a measure more, a measure less, all that holds."""
    holding: list[str] = []
    said: list[Said] = []
    verbs = draw(st.lists(st.sampled_from(["apply", "undo", "reconcile"]), min_size=1, max_size=8))
    for revision, verb in enumerate(verbs, 1):
        if verb == "apply" or not holding:
            holding.append(f"m-{revision}")
            said.append(Said("apply", revision, (f"m-{revision}",)))
        elif verb == "undo":
            said.append(Said("undo", revision, (holding.pop(0),)))
        else:
            said.append(Said("reconcile", revision, tuple(holding)))
    return said


@given(histories(), st.randoms(use_true_random=False))
def test_any_order_with_repetitions_ends_like_the_right_one(said: list[Said], chance) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001 - a random of hypothesis's own
    right, wrong = MeasuresHeld(), MeasuresHeld()
    for each in said:
        each.to(right)
    shuffled = said + said[::2]
    chance.shuffle(shuffled)
    for each in shuffled:
        each.to(wrong)
    assert wrong.in_force() == right.in_force()


def test_apply_undo_and_apply_again_leaves_the_second_in_force() -> None:
    held = MeasuresHeld()
    assert held.apply(order("m-1", at=1), subject=POST) is Effect.APPLIED
    assert held.undo(order("m-1", at=2), subject=POST) is Effect.UNDONE
    assert held.apply(order("m-2", at=3), subject=POST) is Effect.APPLIED
    assert held.in_force() == {POST: {"m-2": REMOVED}}


def test_an_older_measure_never_overtakes_its_undoing() -> None:
    held = MeasuresHeld()
    assert held.undo(order("m-1", at=2), subject=POST) is Effect.UNDONE
    assert held.apply(order("m-1", at=1), subject=POST) is Effect.UNDONE
    assert held.in_force() == {}


def test_an_older_reconciliation_brings_back_nothing_that_a_newer_one_left_out() -> None:
    held = MeasuresHeld()
    held.reconcile([order("m-2", at=6)], subject=POST, revision=6)
    effects = held.reconcile([order("m-1", at=4), order("m-2", at=4)], subject=POST, revision=4)
    assert effects == {"m-1": Effect.UNDONE, "m-2": Effect.APPLIED}
    assert held.in_force() == {POST: {"m-2": REMOVED}}


def test_a_reconciliation_repairs_what_was_lost_and_lifts_what_it_does_not_name() -> None:
    held = MeasuresHeld()
    held.apply(order("m-1", at=1), subject=POST)
    held.apply(order("m-2", at=2), subject=POST)
    held.forget("m-2", subject=POST)
    effects = held.reconcile([order("m-2", at=3)], subject=POST, revision=3)
    assert effects == {"m-1": Effect.UNDONE, "m-2": Effect.APPLIED}
    assert held.apply(order("m-9", at=1), subject=POST) is Effect.UNDONE


def test_what_was_asked_about_and_never_known_is_not_in_force() -> None:
    held = MeasuresHeld()
    effects = held.reconcile([], asked=["m-1"], subject=POST, revision=2)
    assert effects == {"m-1": Effect.UNDONE}
    assert held.apply(order("m-1", at=1), subject=POST) is Effect.UNDONE


def test_an_order_says_what_is_restricted_where_and_until_when() -> None:
    said = {"measure_id": "m", "kind": "k", "until": "2026-12-01", "territory": ["FR", "DE"]}
    assert order_of(said, revision=3) == Order("m", 3, Restriction("k", "2026-12-01", ("DE", "FR")))
