"""The simulated platform of the removals: a process that is told, carries out and reports back."""

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.removals_work import TUTELA, House

DELIVERED = "SELECT NOT EXISTS (SELECT FROM outbox WHERE done_at IS NULL)"
SETTLED = "SELECT count(*) FROM measure WHERE state IN ('confirmed', 'lifted')"
LEAVE_ALONE = "UPDATE webhook_endpoint SET gone_at = now() RETURNING 1"


@dataclass(frozen=True, slots=True, kw_only=True)
class InForce:
    """What a platform does to its subjects: how many measures, and which, by one number."""

    measures: int
    #: Digests of `subject measure`, added up.
    which: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """The process behind the endpoint of a house."""

    url: str
    house: House

    def leave_alone(self) -> None:
        """Nothing is sent to it until it is told again."""
        self.house.rows(LEAVE_ALONE)

    def tell_again(self) -> None:
        """What waited for it is sent."""
        subprocess.run(
            [*TUTELA, "webhook", "resume"],
            env=self.house.environment,
            check=True,
            capture_output=True,
        )

    def is_told(self) -> bool:
        """Whether it has every message, carried out what they say, and said so to the house."""
        if self.house.rows(DELIVERED) != (True,) or self._state()["unreported"]:
            return False
        (measures,) = self.house.rows("SELECT count(*) FROM measure")
        return self.house.rows(SETTLED) == (measures,)

    def in_force(self) -> InForce:
        """What it does now."""
        state = self._state()
        return InForce(measures=state["in_force"], which=state["in_force_sum"])

    def _state(self) -> dict[str, Any]:
        with urllib.request.urlopen(f"{self.url}/state") as answer:  # noqa: S310 - our own process
            state: dict[str, Any] = json.load(answer)
        assert not state["refused"], state["refused"]
        return state


@contextmanager
def platform(house: House) -> Iterator[Platform]:
    """A platform that the house tells, for as long as the context lasts."""
    secret = house.key_folder.parent / "platform.secret"
    child = subprocess.Popen(
        [
            *(sys.executable, "-m", "tutela.drills.platform_process", "--secret", str(secret)),
            *("--service", house.own_url, "--token", house.token("service", name="platform")),
        ],
        stdout=subprocess.PIPE,
    )
    assert child.stdout is not None
    try:
        url = child.stdout.readline().decode().split()[1]
        _listen(house, url=f"{url}/webhooks", secret=secret)
        yield Platform(url=url, house=house)
    finally:
        child.terminate()
        child.wait()


def _listen(house: House, *, url: str, secret: Path) -> None:
    said = subprocess.run(
        [*TUTELA, "webhook", "set", url],
        env=house.environment,
        check=True,
        capture_output=True,
        text=True,
    )
    secret.write_text(said.stdout.split()[-1], encoding="ascii")
