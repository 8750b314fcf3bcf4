"""The simulated platform as a process: it follows signed messages and tells its state."""

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import httpx
from standardwebhooks.webhooks import Webhook

from tutela.database.dying import with_parent

SECRET = "whsec_" + "A" * 32
APPLY = {
    "type": "measure.apply",
    "measure_id": "m-1",
    "revision": 1,
    "kind": "account_terminated",
    "subject": {"kind": "account", "id": "a-1"},
}


def test_the_process_follows_messages_and_tells_its_state_until_it_is_ended(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    command = [sys.executable, "-m", "tutela.drills.platform_process", "--secret", str(secret)]
    command += ["--service", "http://127.0.0.1:1", "--token", "t", "--misstep", "huge=0"]
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=with_parent("SIGKILL"),  # noqa: PLW1509 - the test worker has one thread
    ) as process:
        assert process.stdout is not None
        url = process.stdout.readline().removeprefix("ready ").strip()
        early = told(url)
        secret.write_text(SECRET, encoding="utf-8")
        taken = told(url)
        state = httpx.get(f"{url}/state", trust_env=False).json()
        process.terminate()
        assert process.wait() == 0
    assert (early, taken) == (401, 204)
    assert (state["taken"], state["in_force"]) == ({"measure.apply": 1}, 1)
    assert (len(state["in_force_sum"]), state["unreported"]) == (32, 1)


def told(url: str) -> int:
    now, body = datetime.now(UTC), json.dumps(APPLY)
    headers = {
        "webhook-id": "id-1",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(SECRET).sign("id-1", now, body),
    }
    answer = httpx.post(f"{url}/webhooks", content=body, headers=headers, trust_env=False)
    return answer.status_code
