"""The demo as a stranger starts it: it serves, notices come in, decisions are taken, it ends."""

import re
import signal
import subprocess
import time
from pathlib import Path

import httpx

from tests.database.until import until
from tests.fixtures.service import TUTELA

STOP_SECONDS = 60.0
#: Between two looks at the figures: each look costs the service a query.
POLL_SECONDS = 0.5


def test_the_demo_shows_notices_arriving_and_answered_and_ends_when_asked(
    tutela_folder: Path,
) -> None:
    with subprocess.Popen(
        [TUTELA, "demo", "--port", "0", "--folder", str(tutela_folder / "demo")],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as demo:
        assert demo.stdout is not None
        login, ready = (demo.stdout.readline() for _ in range(2))
        url = ready.removeprefix("ready ").strip()
        try:
            assert re.match(rf"log in at {url}/ as lead-\w+ with the password \S+", login)
            with httpx.Client(base_url=url, timeout=30.0, trust_env=False) as client:
                until(lambda: _answered(client) > 0, what="an item to be answered")
        finally:
            demo.send_signal(signal.SIGTERM)
        assert demo.wait(STOP_SECONDS) == 0


def _answered(client: httpx.Client) -> float:
    time.sleep(POLL_SECONDS)
    found = re.search(
        r'tutela_items\{channel="user",state="answered"\} (\S+)', client.get("/metrics").text
    )
    return 0.0 if found is None else float(found[1])
