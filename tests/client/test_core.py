"""The core without a network: whatever fails, the key stays, and attempts and time are bounded."""

import logging
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.client.conftest import notice
from tutela.client import (
    Patience,
    Receipt,
    ReceiptRefused,
    Refused,
    Surroundings,
    Unanswered,
    Unreadable,
)
from tutela.client.notices import NoticeCalls
from tutela.client.receipts import ReceiptCalls
from tutela.client.retrying import BACKOFF_SECONDS
from tutela.client.steps import Core, Lost, Pause, Pull, Reply, Request

NOW = datetime(2026, 11, 21, 10, 15, tzinfo=UTC)
RETRIES = 5
PATIENCE_SECONDS = 60.0

passing = st.one_of(
    st.builds(Lost, st.just("ReadTimeout"), st.booleans()),
    st.builds(
        Reply,
        st.sampled_from([408, 429, 500, 502, 503, 504, 599]),
        st.binary(max_size=20),
        st.sampled_from([None, "0", "1", "7", "soon", format_datetime(NOW, usegmt=True)]),
    ),
)
final = st.sampled_from([400, 401, 403, 404, 409, 413, 415, 422])


class Clockwork:
    """Time that goes on by the pauses of the core, and a little with each attempt."""

    def __init__(self) -> None:
        self.elapsed = 0.0
        self.numbers = iter(range(1, 1_000_000))

    def core(self) -> Core:
        world = Surroundings(
            monotonic=lambda: self.elapsed,
            chance=lambda size: next(self.numbers).to_bytes(size, "big"),
            clock=lambda: NOW,
        )
        patience = Patience(retries=RETRIES, total_seconds=PATIENCE_SECONDS)
        return Core.of(None, patience=patience, surroundings=world)


def drive(steps: Any, *, failures: Iterator[Any], time: Clockwork) -> list[Request]:  # noqa: ANN401 - any steps
    """The requests that the steps made while they were answered by the failures."""
    asked = []
    step = next(steps)
    while True:
        if isinstance(step, Pause):
            assert step.seconds >= 0
            time.elapsed += step.seconds
            step = steps.send(None)
            continue
        asked.append(step)
        time.elapsed += 0.01
        try:
            step = steps.send(next(failures))
        except (Refused, Unanswered, Unreadable) as error:
            error.asked = asked  # type: ignore[union-attr]
            raise


@given(st.lists(passing, min_size=RETRIES + 2, max_size=RETRIES + 2), st.booleans())
def test_any_failures_in_a_row_keep_the_key_and_end(failures: list[Any], named: bool) -> None:  # noqa: FBT001 - hypothesis gives it
    time = Clockwork()
    one = notice(external_id="n-1" if named else None)
    steps = NoticeCalls(time.core()).send(one)
    with pytest.raises(Unanswered) as unanswered:
        drive(steps, failures=iter(failures), time=time)
    asked = unanswered.value.asked  # type: ignore[attr-defined]
    assert 1 <= unanswered.value.attempts == len(asked) <= RETRIES + 1
    assert len(set(asked)) == 1
    assert asked[0].keys == unanswered.value.keys
    assert time.elapsed <= PATIENCE_SECONDS + 1
    assert bool(asked[0].idempotency_key) is not named


@given(st.lists(passing, max_size=RETRIES - 1), final)
def test_a_refusal_ends_it_whatever_was_before(failures: list[Any], status: int) -> None:
    time = Clockwork()
    steps = NoticeCalls(time.core()).send(notice())
    with pytest.raises((Refused, Unanswered)) as ended:
        drive(steps, failures=iter([*failures, Reply(status)]), time=time)
    if isinstance(ended.value, Refused):
        assert (ended.value.status, ended.value.code) == (status, f"http_{status}")
        assert len(ended.value.asked) == len(failures) + 1  # type: ignore[attr-defined]


@given(st.lists(passing, min_size=1, max_size=RETRIES + 2), st.integers(1, 40))
def test_a_part_of_a_batch_is_sent_again_as_it_was(failures: list[Any], size: int) -> None:
    time = Clockwork()
    steps = NoticeCalls(time.core()).send_all()
    source = iter([notice(f"post-{number}") for number in range(size)])
    step: Any = next(steps)
    for one in [*source, None]:
        step = steps.send(one)
    bodies = []
    for failure in failures:
        assert isinstance(step, Request)
        bodies.append(step.body)
        with suppress(Unanswered):
            step = steps.send(failure)
            time.elapsed += step.seconds
            step = steps.send(None)
            continue
        break
    assert len(set(bodies)) == 1


@pytest.mark.parametrize(
    ("told", "seconds"),
    [("7", 7.0), (format_datetime(NOW.replace(minute=16), usegmt=True), 60.0), ("soon", 0.0)],
)
def test_the_service_says_when_to_come_back(told: str, seconds: float) -> None:
    steps = NoticeCalls(Clockwork().core()).send(notice())
    next(steps)
    pause = steps.send(Reply(429, retry_after=told)) if seconds < 60 else None
    if pause is not None:
        assert isinstance(pause, Pause)
        assert seconds <= pause.seconds <= seconds + BACKOFF_SECONDS


def test_waiting_longer_than_the_patience_is_giving_up() -> None:
    steps = NoticeCalls(Clockwork().core()).send(notice())
    next(steps)
    with pytest.raises(Unanswered) as unanswered:
        steps.send(Reply(503, b'{"code": "database_unavailable", "detail": "away"}', "3600"))
    assert (unanswered.value.code, unanswered.value.status) == ("database_unavailable", 503)
    assert "away" in unanswered.value.detail


@pytest.mark.parametrize("body", [b"", b"<html>", b"{}", b"\xff", b'{"id": 1}'])
@pytest.mark.parametrize("status", [200, 201, 204, 302])
def test_something_else_at_the_address_is_said(body: bytes, status: int) -> None:
    steps = NoticeCalls(Clockwork().core()).send(notice())
    next(steps)
    with pytest.raises(Unreadable, match="address"):
        steps.send(Reply(status, body))


def test_what_is_logged_has_nothing_of_the_notice(caplog: pytest.LogCaptureFixture) -> None:
    steps = NoticeCalls(Clockwork().core()).send(notice("secret-subject", external_id="secret-key"))
    step = next(steps)
    assert "secret" not in repr(step).replace("secret-key", "", 1)
    with caplog.at_level(logging.DEBUG, logger="tutela.client"):
        steps.send(Lost("ReadTimeout", may_have_arrived=True))
    assert "POST /v1/notices: ReadTimeout, attempt 1" in caplog.text
    assert "secret" not in caplog.text


def begun(*names: str) -> tuple[Any, Any]:
    """A call for so many notices, and the request it makes."""
    steps = NoticeCalls(Clockwork().core()).send_all()
    step: Any = next(steps)
    for one in (*(notice(name, external_id=name) for name in names), None):
        assert isinstance(step, Pull)
        step = steps.send(one)
    return steps, step


def told(*lines: dict[str, object]) -> Reply:
    return Reply(200, b"".join(msgspec.json.encode(line) + b"\n" for line in lines))


def test_lines_that_failed_for_no_fault_of_theirs_are_sent_again_alone() -> None:
    steps, _ = begun("a", "b", "c")
    away = {"status": "refused", "code": "database_unavailable", "try_again": True}
    pause = steps.send(
        told(
            {"line": 1, "status": "accepted", "id": "i-1"}, {"line": 2, **away}, {"line": 3, **away}
        )
    )
    assert isinstance(pause, Pause)
    again = steps.send(None)
    assert again.keys == ("b", "c")
    taken = {"status": "accepted", "id": "i"}
    sent = [steps.send(told({"line": 1, **taken}, {"line": 2, "status": "refused", "code": "x"}))]
    sent += [next(steps), next(steps)]
    assert [each.result.external_id for each in sent] == ["a", "b", "c"]
    assert [each.result.status for each in sent] == ["accepted", "accepted", "refused"]


def test_lines_that_keep_failing_come_back_refused() -> None:
    steps, step = begun("a")
    away = {"line": 1, "status": "refused", "code": "database_unavailable", "try_again": True}
    requests = 0
    while isinstance(step, Request | Pause):
        requests += isinstance(step, Request)
        step = steps.send(told(away) if isinstance(step, Request) else None)
    assert requests == RETRIES + 1
    assert (step.result.status, step.result.code) == ("refused", "database_unavailable")


@pytest.mark.parametrize("lines", [[], [{"line": 1, "status": "accepted"}] * 3, [{"line": 2}]])
def test_an_answer_with_other_lines_than_were_sent_is_none(lines: list[dict[str, object]]) -> None:
    steps, _ = begun("a", "b")
    with pytest.raises(Unreadable):
        steps.send(told(*lines))


def test_a_part_in_which_nothing_can_be_sent_is_not_sent() -> None:
    steps = NoticeCalls(Clockwork().core()).send_all()
    next(steps)
    assert isinstance(steps.send(notice(explanation="x" * 1_100_000)), Pull)
    refused: Any = steps.send(None)
    assert (refused.result.status, refused.result.code) == ("refused", "too_large")


def test_where_the_keys_can_not_be_asked_for_the_notice_is_told_all_the_same() -> None:
    steps = NoticeCalls(Clockwork().core()).send(notice())
    next(steps)
    accepted = {
        "id": "i-1",
        "items": [],
        "article_16": {"complete": True, "missing": []},
        "receipt": dict.fromkeys(
            ("code", "log_id", "leaf_hash", "received_at", "include_by", "signature"), "x"
        )
        | {"key_id": "00" * 8},
    }
    asked = steps.send(Reply(201, msgspec.json.encode(accepted)))
    assert isinstance(asked, Request)
    assert (asked.path, asked.is_public) == ("/v1/ledger/keys", True)
    with pytest.raises(ReceiptRefused, match="keys were asked for") as refused:
        steps.send(Reply(404, b'{"code": "not_found"}'))
    assert refused.value.accepted is not None
    assert refused.value.accepted.id == "i-1"


def test_a_refused_proof_is_not_waited_for() -> None:
    receipt = msgspec.convert(dict.fromkeys(Receipt.__struct_fields__[:-1], "x"), Receipt)
    steps = ReceiptCalls(Clockwork().core()).wait_for_inclusion(receipt)
    next(steps)
    with pytest.raises(Refused):
        steps.send(Reply(400))
