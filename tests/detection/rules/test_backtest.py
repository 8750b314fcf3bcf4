import itertools
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from tests.detection.rules.policies import content, load, policy
from tutela.detection.rules.backtest import Backtest, Surroundings, backtest
from tutela.detection.rules.policies import Policies
from tutela.detection.rules.stored import (
    LINE_MAX_BYTES,
    BadLine,
    EventsUnreadable,
    StoredEvent,
    read_event,
    read_events,
)
from tutela.domain.events import Visibility
from tutela.law import detection

PRIVATE = Surroundings(service="main/main", bases=detection.REGISTER.built_in())
OPEN = Surroundings(
    service="main/main", bases=detection.REGISTER.built_in(), visibility=Visibility.PUBLIC
)


def lines(*events: object) -> Iterator[StoredEvent | BadLine]:
    for number, event in enumerate(events, 1):
        yield read_event(msgspec.json.encode(event), line=number)


def run(policies: Policies, *events: object, surroundings: Surroundings = PRIVATE) -> Backtest:
    ticks = itertools.count(step=1_000)
    return backtest(
        policies, stored=lines(*events), surroundings=surroundings, tick_ns=lambda: next(ticks)
    )


@pytest.fixture
def pair(tmp_path: Path) -> Policies:
    shadow = policy(
        "content.text in ['token', 'more'] && !(account.minor_known && account.minor == 'no')",
        version=2,
    )
    return load(tmp_path / "pair.yaml", policy(), shadow | {"mode": "shadow"})


def test_hits_and_cost_are_counted_by_policy(pair: Policies) -> None:
    found = run(pair, content(text="token"), content(text="else"), content(text=3))
    live, shadow = found.policies
    assert (live.events, live.matches, live.no_matches, live.unavailable) == (3, 1, 1, 1)
    assert live.why == {"not_as_declared": 1}
    assert (live.lines, live.median_us) == ((1,), 1.0)
    assert (shadow.version, shadow.mode) == (2, "shadow")


def test_where_live_and_shadow_disagree_is_said_with_the_lines(pair: Policies) -> None:
    adult = {"minor": "no"}
    found = run(
        pair,
        content(text="token"),
        content(text="token", account=adult),
        content(text="more"),
        content(text="more"),
        content(text=3, account=adult),
    )
    (pair_found,) = found.disagreements
    assert (pair_found.live_version, pair_found.shadow_version) == (1, 2)
    assert (pair_found.live_only, pair_found.shadow_only, pair_found.known_to_one) == (1, 2, 1)
    assert pair_found.lines == (2, 3, 4, 5)


def test_nobody_looks_at_events_without_a_legal_basis(pair: Policies) -> None:
    unsaid = {key: each for key, each in content(text="token").items() if key != "visibility"}
    timeless = {key: each for key, each in content(text="token").items() if key != "at"}
    before_the_law = content(text="token", at="2020-01-01T00:00:00Z")
    private = content(text="token", visibility="interpersonal")
    found = run(pair, unsaid, timeless, before_the_law, private, content(visibility="else"))
    assert found.policies[0].why == {"no_legal_basis": 5}
    assert run(pair, unsaid, surroundings=OPEN).policies[0].matches == 1


def test_signals_that_were_stored_with_an_event_are_heard(tmp_path: Path) -> None:
    tests = [
        {"name": "a", "event": content(), "signals": {"terms": "match"}, "expect": "match"},
        {"name": "b", "event": content(), "signals": {"terms": "no_match"}, "expect": "no_match"},
    ]
    terms = load(tmp_path / "terms.yaml", policy("signals.terms.matched", tests=tests))
    said = {"detector": "terms", "result": "no_match"}
    found = run(terms, content(signals=[said]), content(signals=[]), content())
    assert (found.policies[0].no_matches, found.policies[0].unavailable) == (1, 2)


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"{", "not JSON"),
        (b"\xff", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"[1]", "not an object"),
        (b"{}", "neither `type` nor `action_name` is a text"),
        (b'{"type": 3}', "neither `type` nor `action_name` is a text"),
        (b'{"type": "content", "signals": [1]}', "`signals` are not signals"),
        (b'{"type": "content", "signals": null}', "`signals` are not signals"),
    ],
)
def test_a_line_that_holds_no_event_is_named_and_the_others_count(
    pair: Policies, raw: bytes, message: str
) -> None:
    bad = read_event(raw, line=7)
    assert bad == BadLine(line=7, message=message)
    good = read_event(msgspec.json.encode(content(text="token")), line=8)
    found = backtest(pair, stored=[bad, good], surroundings=PRIVATE, tick_ns=lambda: 0)
    assert (found.events, found.bad_lines, found.first_bad_lines) == (1, 1, (bad,))
    assert found.policies[0].matches == 1


def test_actions_are_read_alone_and_in_the_envelope_of_a_queue() -> None:
    action = {"action_id": 1, "action_name": "create_post", "data": {"user_id": "u"}}
    enveloped = {"send_time": "2026-11-20T08:00:02Z", "data": action}
    as_text = {"send_time": "x", "data": msgspec.json.encode(action).decode()}
    found = list(lines(action, enveloped, as_text, {"type": "content", "data": action}))
    assert [isinstance(each, StoredEvent) and each.event for each in found[:3]] == [action] * 3
    assert isinstance(found[3], StoredEvent)
    assert found[3].event["type"] == "content"


def test_events_that_no_policy_is_on_are_counted_apart(pair: Policies) -> None:
    found = run(pair, {"type": "edge"}, {"action_name": "create_post"}, content())
    assert (found.events, found.without_policy) == (3, 2)


def test_a_file_is_read_line_by_line_and_tells_how_far_it_is(tmp_path: Path) -> None:
    file = tmp_path / "events.jsonl"
    event = msgspec.json.encode(content())
    long = b'{"type": "content", "text": "' + b"a" * (2 * LINE_MAX_BYTES + 5) + b'"}'
    file.write_bytes(b"\xef\xbb\xbf" + event + b"\n\n" + long + b"\n" + event + b"\r\n" + event)
    told: list[tuple[int, int]] = []
    found = list(read_events(file, moved=lambda done, total: told.append((done, total))))
    assert [each.line for each in found] == [1, 3, 4, 5]
    assert found[1] == BadLine(line=3, message=f"more than {LINE_MAX_BYTES} bytes")
    assert [isinstance(each, StoredEvent) for each in found] == [True, False, True, True]
    size = file.stat().st_size
    assert told[-1] == (size, size)
    assert [done for done, _ in told] == sorted(done for done, _ in told)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EventsUnreadable, match="No such file"):
        list(read_events(tmp_path / "none.jsonl"))
