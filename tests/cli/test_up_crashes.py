import os
import signal

import pytest

from tests.cli.sending import a_notice, has_its_place, send
from tests.fixtures.service import RunningTutela, until


@pytest.mark.parametrize("name", ["web-0", "worker", "courier", "sequencer", "postgres"])
def test_what_is_killed_comes_back_and_nothing_acknowledged_is_lost(
    own_tutela: RunningTutela, name: str
) -> None:
    with own_tutela.client(own_tutela.token()) as client:
        before = send(client, notice=a_notice())
        killed = own_tutela.process_ids()[name]
        os.kill(killed, signal.SIGKILL)
        until(lambda: own_tutela.process_ids().get(name, killed) != killed, what=f"another {name}")
        notice = a_notice()
        until(lambda: send(client, notice=notice), what="a notice to be taken again")
        after = send(client, notice=notice)
        assert before is not None
        assert after is not None
        until(lambda: has_its_place(client, acknowledged=before), what="the first notice's place")
        until(lambda: has_its_place(client, acknowledged=after), what="the second notice's place")
    assert len(own_tutela.ready_lines()) == 1


def test_a_process_that_can_not_start_is_tried_with_longer_and_longer_pauses(
    own_tutela: RunningTutela,
) -> None:
    until(lambda: own_tutela.log().count('"event": "process_started"') == 4, what="all processes")
    hidden = own_tutela.key_folder.rename(own_tutela.folder / "hidden")
    os.kill(own_tutela.process_ids()["worker"], signal.SIGKILL)
    until(lambda: own_tutela.log().count('"event": "child_ended"') >= 4, what="four ends")
    with own_tutela.client("none") as client:
        assert client.get("/v1/ledger/head").status_code < 500
    hidden.rename(own_tutela.key_folder)
    until(lambda: own_tutela.log().count('"event": "process_started"') == 5, what="the worker")
