"""A program looks at a server that is killed, slow, wrong and back."""

import base64
import logging
from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.guard.library.guard_server import (
    FOREIGN_KEY,
    NEXT_KEY,
    NOW,
    OUR_KEY,
    TOKEN,
    Behaviour,
    GuardServer,
    World,
    first_key,
    introduced_key,
    snapshot,
)
from tests.guard.library.program import Program


def test_a_program_takes_what_is_newer_and_asks_no_further(
    server: GuardServer, world: World
) -> None:
    program = Program(server, world=world)
    assert program.look()
    assert program.blocks("zorbaquil")
    assert not program.blocks("vexomir")
    server.publish("zorbaquil", "vexomir", version=2)
    assert program.look()
    assert program.blocks("vexomir")
    server.asked.clear()
    assert program.look()
    (asked,) = server.asked
    assert asked.startswith("/v1/guard/snapshot?have=2&digest=")


@pytest.mark.parametrize(
    ("behaviour", "code"),
    [
        (Behaviour.SILENT, "guard_away"),
        (Behaviour.CUT, "guard_away"),
        (Behaviour.HALF, "snapshot_unreadable"),
        (Behaviour.BROKEN, "guard_away"),
        (Behaviour.REFUSING, "guard_refused"),
        (Behaviour.ANOTHER, "snapshot_unreadable"),
    ],
)
def test_the_last_good_snapshot_stays_while_the_server_fails_and_the_next_is_taken_when_it_is_back(
    server: GuardServer, world: World, behaviour: Behaviour, code: str
) -> None:
    program = Program(server, world=world)
    assert program.look()
    server.publish("vexomir", version=2)
    server.behaviour = behaviour
    world.pass_(400)
    assert not program.look()
    assert program.fault == code
    assert program.blocks("zorbaquil")
    assert not program.blocks("vexomir")
    held = program.follower.held
    assert held is not None
    assert held.age_seconds(world.steady_seconds) == 400
    server.behaviour = Behaviour.USUAL
    assert program.look()
    assert not program.fault
    assert program.blocks("vexomir")


def test_a_server_that_is_killed_and_back_is_found_again(server: GuardServer, world: World) -> None:
    program = Program(server, world=world)
    assert program.look()
    server.stop()
    assert not program.look()
    assert program.fault == "guard_away"
    assert program.blocks("zorbaquil")
    server.publish("vexomir", version=2)
    server.start()
    assert program.look()
    assert program.blocks("vexomir")


def test_an_answer_that_never_ends_is_given_up(server: GuardServer, world: World) -> None:
    seconds = iter(range(1_000_000))
    program = Program(server, world=world, whole=3, monotonic=lambda: float(next(seconds)))
    server.behaviour = Behaviour.DRIPPING
    assert not program.look()
    assert program.fault == "guard_away"
    assert "not complete after 3 s" in str(program.follower.fault)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda server: server.publish("vexomir", version=1), "snapshot_older"),
        (lambda server: server.publish("vexomir", version=2), "snapshot_older"),
        (lambda server: server.publish("vexomir", version=3, service="o"), "snapshot_misplaced"),
        (lambda server: setattr(server, "token", "tutela_other"), "snapshot_misplaced"),
        (lambda server: setattr(server, "signer", FOREIGN_KEY), "snapshot_foreign"),
    ],
    ids=["older", "another of this version", "another service's", "another token's", "foreign"],
)
def test_a_wrong_snapshot_changes_nothing_and_is_named(
    server: GuardServer, world: World, change: Callable[[GuardServer], None], code: str
) -> None:
    server.publish("zorbaquil", version=2)
    program = Program(server, world=world)
    assert program.look()
    server.insists = True
    server.publish("vexomir", version=3)
    change(server)
    assert not program.look()
    assert program.fault == code
    assert program.blocks("zorbaquil")
    assert not program.blocks("vexomir")


def test_a_fault_tells_nothing_of_what_is_listed(
    server: GuardServer, world: World, caplog: pytest.LogCaptureFixture
) -> None:
    program = Program(server, world=world)
    with caplog.at_level(logging.DEBUG):
        for behaviour in Behaviour:
            if behaviour is not Behaviour.DRIPPING:
                server.behaviour = behaviour
                program.look()
    assert "no newer snapshot" in caplog.text
    assert "zorbaquil" not in caplog.text
    assert TOKEN not in caplog.text


def test_the_age_is_what_the_server_says_and_what_passed_since(
    server: GuardServer, world: World
) -> None:
    """A server whose own lists are an hour old makes nobody fresh."""
    server.age_seconds = 3_600.0
    program = Program(server, world=world)
    assert program.look()
    world.pass_(60)
    held = program.follower.held
    assert held is not None
    assert held.age_seconds(world.steady_seconds) == 3_660


@pytest.mark.parametrize("jump", [timedelta(days=400), timedelta(days=-400)])
def test_a_clock_that_jumps_changes_nothing(
    server: GuardServer, world: World, jump: timedelta
) -> None:
    program = Program(server, world=world)
    assert program.look()
    world.now += jump
    world.steady_seconds += 7
    held = program.follower.held
    assert held is not None
    assert held.age_seconds(world.steady_seconds) == 7
    server.publish("vexomir", version=2)
    assert program.look()
    assert program.blocks("vexomir")


# Keys


def test_the_first_key_is_pinned_and_another_ledger_is_not_believed(
    server: GuardServer, world: World
) -> None:
    program = Program(server, world=world)
    assert program.look()
    server.publish("vexomir", version=2)
    server.signer = FOREIGN_KEY
    foreign = base64.b64encode(FOREIGN_KEY.public_key).decode()
    server.keys = [{**first_key(), "key_id": FOREIGN_KEY.key_id, "public_key": foreign}]
    assert not program.look()
    assert program.fault == "snapshot_foreign"
    assert not program.blocks("vexomir")


def test_a_given_key_is_believed_from_the_start_and_no_other(
    server: GuardServer, world: World
) -> None:
    ours = base64.b64encode(OUR_KEY.public_key).decode()
    foreign = base64.b64encode(FOREIGN_KEY.public_key).decode()
    assert Program(server, world=world, keys=[ours]).look()
    wrong = Program(server, world=world, keys=[foreign])
    assert not wrong.look()
    assert wrong.fault == "snapshot_foreign"
    assert wrong.version == 0


def test_a_key_that_the_believed_one_introduced_is_followed(
    server: GuardServer, world: World
) -> None:
    program = Program(server, world=world)
    assert program.look()
    begins, ends = NOW + timedelta(hours=1), NOW + timedelta(hours=2)
    server.keys = [first_key(ends=ends), introduced_key(begins=begins, old_ends=ends)]
    server.signer = NEXT_KEY
    server.publish("vexomir", version=2, published_at=NOW + timedelta(hours=3))
    assert program.look(), program.follower.fault
    assert program.blocks("vexomir")


def test_a_key_that_has_ended_signs_nothing_new(server: GuardServer, world: World) -> None:
    program = Program(server, world=world)
    assert program.look()
    begins, ends = NOW + timedelta(hours=1), NOW + timedelta(hours=2)
    server.keys = [first_key(ends=ends), introduced_key(begins=begins, old_ends=ends)]
    server.publish("vexomir", version=2, published_at=NOW + timedelta(hours=3))
    world.pass_(3 * 3_600.0)
    assert not program.look()
    assert program.fault == "snapshot_foreign"


def test_texts_that_did_not_change_are_not_built_again(server: GuardServer, world: World) -> None:
    program = Program(server, world=world)
    assert program.look()
    assert program.follower.held is not None
    first = program.follower.held.decider
    server.snapshot = snapshot("zorbaquil", version=2)
    assert program.look()
    assert program.follower.held.decider._listing is first._listing  # noqa: SLF001 - is it the same
