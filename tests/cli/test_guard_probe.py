"""`tutela guard probe` beside a running service: what is listed is asked for on every surface."""

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.cli.conftest import Command
from tutela.drills.wire import Call, Outcome, said, serving

FILE = """\
[[surface]]
name = "search"
surface = "search"
url = "{url}/?q={{value}}"
results = "/results"
blocked = "/blocked"
controls = ["weather"]
"""


@contextmanager
def platform() -> Iterator[str]:
    """A search page that asks nobody, in a thread of its own."""

    def take(call: Call) -> Outcome:
        del call
        return Outcome(said(200, content={"results": ["everything"], "blocked": False}))

    url: list[str] = []
    stop = threading.Event()
    started = threading.Event()

    async def serve() -> None:
        async with serving(take) as at:
            url.append(at)
            started.set()
            await asyncio.to_thread(stop.wait)

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    try:
        assert started.wait(10)
        yield url[0]
    finally:
        stop.set()
        thread.join()


def test_each_surface_is_told_and_what_is_not_known_to_hold_is_1(
    beside: Command, tmp_path: Path
) -> None:
    file = tmp_path / "probes.toml"
    with platform() as url:
        file.write_text(FILE.format(url=url))
        asked = beside("guard", "probe", "--json", "--probes", file)
    assert asked.out, asked.err
    document = json.loads(asked.out)
    (search,) = document["surfaces"]
    assert search["state"] in {"behind", "lagging"}, "a page that asks nobody blocks no canary"
    assert (search["version"], search["unanswered"]) == (0, 0)
    assert asked.status == (0 if document["ok"] else 1)
    away = beside("guard", "probe", "--probes", file)
    assert away.status == 1
    assert "search: unavailable (no answer: ConnectError)" in away.out
    assert "1 surfaces, 0 known to hold, 0 leaks" in away.out
    file.write_text(FILE.format(url=url) + 'service = "main/none"\n')
    nobodys = beside("guard", "probe", "--probes", file)
    assert nobodys.status == 2
    assert "There is no main/none" in nobodys.err


def test_a_file_that_can_not_be_used_is_wrong_usage(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "probes.toml"
    file.write_text(FILE.replace("{{value}}", "x"))
    refused = command("guard", "probe", "--probes", file)
    assert refused.status == 2
    assert f"{file}, line 4, surface.0.url: " in refused.err
    monkeypatch.setenv("TUTELA_GUARD_PROBES", str(tmp_path / "none.toml"))
    told = command("guard", "probe", "--data", tmp_path / "none")
    assert told.status == 2
    started = command("up", "--port", "0", "--data", tmp_path / "none")
    assert started.status == 2
    assert "none.toml: No such file or directory" in started.err
    assert not (tmp_path / "none").exists()
