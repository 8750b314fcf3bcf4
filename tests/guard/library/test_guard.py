"""`from tutela.guard import Guard`: asked by a platform's services, whatever the server does."""

import asyncio
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fixtures.service import until
from tests.guard.library.guard_server import (
    TOKEN,
    Behaviour,
    GuardServer,
    World,
    guard_serving,
    snapshot,
)
from tutela.detection.terms.term import TermKind
from tutela.guard import Guard
from tutela.guard.asking import (
    GuardAsked,
    Item,
    ItemKind,
    Reason,
    Surface,
    Verdict,
    Viewer,
)
from tutela.guard.library import Options, Origin
from tutela.guard.snapshot import Named, Snapshot, Switches, Text

QUICK = Options(poll_seconds=0.02, backoff_seconds_max=0.05, silence_seconds=1.0)
LISTED = Snapshot(
    tenant="main",
    service="main",
    version=7,
    published_at=snapshot().published_at,
    texts=(
        Text("zorbaquil", TermKind.WORD, Verdict.BLOCK),
        Text("mirvanel", TermKind.WORD, Verdict.RESTRICT),
    ),
    named=(
        Named(ItemKind.ACCOUNT, "a-7", Verdict.BLOCK),
        Named(ItemKind.ACCOUNT, "a-8", Verdict.ALLOW, "n-1"),
        Named(ItemKind.ACCOUNT, "a-9", Verdict.ALLOW, "n-1"),
    ),
    switches=Switches(age_seconds_max=300.0),
)


@pytest.fixture(scope="module")
def server() -> Iterator[GuardServer]:
    with guard_serving() as serving:
        serving.snapshot = LISTED
        yield serving


@pytest.fixture(scope="module")
def guard(server: GuardServer) -> Iterator[Guard]:
    """A guard that is loaded."""
    options = Options(country="DE", language="de")
    with Guard(server.url, token=TOKEN, options=options) as loaded:
        assert loaded.wait(20)
        yield loaded


@pytest.fixture
def own_server() -> Iterator[GuardServer]:
    with guard_serving() as serving:
        yield serving


def test_a_blocked_query_gets_help_and_nothing_else_does(guard: Guard) -> None:
    blocked = guard.search("#Z0RBAQUIL")
    assert (blocked.verdict, blocked.reason) == (Verdict.BLOCK, Reason.LISTED)
    assert blocked.help is not None
    assert blocked.help.language == "de"
    assert blocked.help.lines
    for query in ("mirvanel", "vexomir"):
        assert guard.search(query).help is None
    assert guard.search("mirvanel").verdict is Verdict.RESTRICT


def test_completions_tags_and_accounts_are_answered_in_their_order(guard: Guard) -> None:
    offered = guard.typeahead(["vexomir", "zorbaqui", "zorbaquil"])
    assert [each.verdict for each in offered] == [Verdict.ALLOW, Verdict.RESTRICT, Verdict.BLOCK]
    content = Item(kind=ItemKind.CONTENT, value="p-1", tags=("zorbaquil2026",))
    page = guard.hashtag(["vexomir", "#zorbaquil", content])
    assert [each.verdict for each in page] == [Verdict.ALLOW, Verdict.BLOCK, Verdict.BLOCK]
    assert [each.help is not None for each in page] == [False, True, False]
    accounts = [Item(kind=ItemKind.ACCOUNT, value=each) for each in ("a-1", "a-7", "a-8")]
    seen = guard.recommendation(accounts, viewer=Viewer(account_id="a-9"))
    assert [each.verdict for each in seen] == [Verdict.ALLOW, Verdict.BLOCK, Verdict.BLOCK]
    assert seen[2].reason is Reason.SAME_NETWORK


def test_it_answers_as_the_call_over_http_would(guard: Guard) -> None:
    items = (Item(kind=ItemKind.TEXT, value="zorbaquil"), Item(kind=ItemKind.TEXT, value="vexomir"))
    asked = GuardAsked(items=items, country="FR", language="fr")
    answer = guard.ask(Surface.SEARCH, asked=asked)
    assert answer.list_version == 7
    assert not answer.degraded
    assert [each.verdict for each in answer.results] == [Verdict.BLOCK, Verdict.ALLOW]
    assert answer.results[0].help is not None
    assert answer.results[0].help.language == "fr"


@pytest.mark.parametrize("viewer", [None, Viewer(account_id="a-1")])
def test_a_search_by_itself_is_told_the_same(guard: Guard, viewer: Viewer | None) -> None:
    for query in ("zorbaquil", "mirvanel", "vexomir", "#Z0RBAQUIL", "", "\ud800"):
        asked = GuardAsked(items=(Item(kind=ItemKind.TEXT, value=query),), viewer=viewer)
        (told,) = guard.ask(Surface.SEARCH, asked=asked).results
        assert guard.search(query, viewer=viewer) == told


def test_an_event_loop_may_ask_it_directly(guard: Guard) -> None:
    async def ask() -> Verdict:
        return guard.search("zorbaquil").verdict

    assert asyncio.run(ask()) is Verdict.BLOCK


def test_nothing_that_is_listed_and_no_token_is_in_its_texts(guard: Guard) -> None:
    told = f"{guard!r} {guard.standing()!r}"
    assert "zorbaquil" not in told
    assert TOKEN not in told


def test_before_anything_was_loaded_each_surface_fails_as_it_is_set() -> None:
    options = Options(fail_closed=(Surface.TYPEAHEAD,), poll_seconds=60.0)
    with Guard("http://127.0.0.1:9", token=TOKEN, options=options) as lost:
        assert not lost.wait(0.0)
        search = lost.search("anything")
        assert (search.verdict, search.reason) == (Verdict.ALLOW, Reason.UNAVAILABLE)
        assert [each.verdict for each in lost.typeahead(["anything"])] == [Verdict.BLOCK]
        standing = lost.standing()
        assert (standing.version, standing.degraded, standing.origin) == (0, True, None)


def test_it_goes_on_answering_while_the_server_is_killed_slow_and_back(
    own_server: GuardServer,
) -> None:
    with Guard(own_server.url, token=TOKEN, options=QUICK) as guard:
        assert guard.wait(20)
        own_server.stop()
        until(lambda: guard.standing().fault == "guard_away", what="the server to be missed")
        assert guard.search("zorbaquil").verdict is Verdict.BLOCK
        own_server.behaviour = Behaviour.SILENT
        own_server.start()
        until(lambda: own_server.asked, what="a look at the silent server")
        assert guard.search("zorbaquil").verdict is Verdict.BLOCK
        own_server.publish("vexomir", version=2)
        own_server.behaviour = Behaviour.USUAL
        until(lambda: guard.standing().version == 2, what="the new version")
        assert guard.search("vexomir").verdict is Verdict.BLOCK
        assert guard.standing().fault is None
        own_server.released.set()


def test_it_says_how_old_it_is_and_when_that_is_too_old(own_server: GuardServer) -> None:
    world = World()
    own_server.age_seconds = 2.0
    options = Options(poll_seconds=3_600.0, surroundings=world.surroundings)
    with Guard(own_server.url, token=TOKEN, options=options) as guard:
        assert guard.wait(20)
        world.pass_(297)
        assert (guard.standing().age_seconds, guard.standing().degraded) == (299, False)
        world.pass_(1)
        assert (guard.standing().age_seconds, guard.standing().degraded) == (300, True)
        assert guard.search("zorbaquil").verdict is Verdict.BLOCK


def test_it_tells_the_server_what_it_serves_and_never_a_query(own_server: GuardServer) -> None:
    options = Options(
        name="search", surfaces=(Surface.SEARCH,), poll_seconds=0.02, report_seconds=0.0
    )
    with Guard(own_server.url, token=TOKEN, options=options) as guard:
        assert guard.wait(20)
        for query in ("zorbaquil", "vexomir", "mirvanel"):
            guard.search(query)
        until(lambda: any(each["verdicts"] for each in own_server.reports), what="a report")
    told = [each for each in own_server.reports if each["verdicts"]]
    counted = [each["verdicts"]["search"] for each in told]
    assert sum(each["block"] for each in counted) == 1
    assert sum(each["allow"] for each in counted) == 2
    assert {each["program"] for each in own_server.reports} == {told[0]["program"]}
    assert (told[0]["name"], told[0]["version"], told[0]["surfaces"]) == ("search", 1, ["search"])
    for query in ("zorbaquil", "vexomir", "mirvanel"):
        assert query not in f"{own_server.reports}"


def test_a_viewer_who_tries_out_what_is_listed_is_told_one_thing_of_everything(
    own_server: GuardServer,
) -> None:
    words = [f"vex{first}{second}mir" for first in "bdfgk" for second in "aeiou"]
    own_server.publish(*words, version=1)
    world = World()
    options = Options(poll_seconds=0.02, report_seconds=0.0, surroundings=world.surroundings)
    trying, usual = Viewer(account_id="a-7"), Viewer(account_id="a-8")
    with Guard(own_server.url, token=TOKEN, options=options) as guard:
        assert guard.wait(20)
        learnt = [guard.search(word, viewer=trying).reason for word in words]
        assert learnt.count(Reason.LISTED) < 15
        assert learnt[-1] is Reason.TOO_MANY
        refused = guard.search("garden", viewer=trying)
        assert (refused.verdict, refused.reason) == (Verdict.BLOCK, Reason.TOO_MANY)
        assert guard.search("garden", viewer=usual).verdict is Verdict.ALLOW
        assert guard.search(words[0]).reason is Reason.LISTED
        until(lambda: any(each["probing"] for each in own_server.reports), what="the report")
    (found,) = [each for report in own_server.reports for each in report["probing"]]
    assert (found["account_id"], found["trait"]) == ("a-7", "refused")
    assert not any(word in f"{own_server.reports}" for word in words)


def test_each_answer_is_of_one_version_whole_while_versions_change(own_server: GuardServer) -> None:
    """Each version blocks one word, its own: a mixture would block none or both."""
    own_server.publish("vexodd", version=1)
    wrong: list[list[Verdict]] = []
    ended = threading.Event()

    def ask(guard: Guard) -> None:
        while not ended.is_set():
            found = [each.verdict for each in guard.hashtag(["vexodd", "vexeven"])]
            if sorted(found) != [Verdict.ALLOW, Verdict.BLOCK]:
                wrong.append(found)

    options = Options(poll_seconds=0.001)
    with Guard(own_server.url, token=TOKEN, options=options) as guard:
        assert guard.wait(20)
        threads = [threading.Thread(target=ask, args=(guard,)) for _ in range(3)]
        for thread in threads:
            thread.start()
        for version in range(2, 12):
            own_server.publish("vexodd" if version % 2 else "vexeven", version=version)
            until(lambda: guard.standing().version == version, what="the next version")  # noqa: B023 - at once
        ended.set()
        for thread in threads:
            thread.join()
    assert wrong == []


def test_a_program_that_starts_while_the_server_is_away_answers_by_its_folder(
    own_server: GuardServer, tmp_path: Path
) -> None:
    with Guard(own_server.url, token=TOKEN, folder=tmp_path, options=QUICK) as guard:
        assert guard.wait(20)
        until(lambda: list(tmp_path.glob("*.sealed")), what="the file")
    own_server.stop()
    with Guard(own_server.url, token=TOKEN, folder=tmp_path, options=QUICK) as guard:
        assert guard.search("zorbaquil").verdict is Verdict.BLOCK
        assert guard.standing().origin is Origin.FILE


def test_it_goes_on_in_a_forked_process(own_server: GuardServer) -> None:
    """The child takes a version that was published after the fork, by a thread of its own."""
    script = Path(__file__).with_name("forking.py")
    with subprocess.Popen(
        [sys.executable, script, own_server.url, TOKEN], stdout=subprocess.PIPE, text=True
    ) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == "forked\n"
        own_server.publish("vexomir", version=2)
        assert program.stdout.read() == "child 2\nparent 2\n"
    assert program.returncode == 0
    assert len({each["program"] for each in own_server.reports}) == 2
