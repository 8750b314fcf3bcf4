import json
import logging
import os
from contextlib import suppress
from typing import Any

import psycopg
import pytest
import structlog

from tutela import logs
from tutela.errors import TutelaError

SECRET = "token-7f3a"


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    out, err = capsys.readouterr()
    assert out == ""
    return [json.loads(line) for line in err.splitlines()]


def fail_with_secret() -> None:
    local = SECRET
    try:
        os.environ[local]
    except KeyError as cause:
        raise ValueError(f"bad {local}") from cause


def test_a_line_is_json_on_stderr_with_its_process_and_time(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logs.configure("web-0")
    structlog.get_logger().info("lead_taken", name="sequencer")
    (line,) = lines(capsys)
    assert line["event"] == "lead_taken"
    assert line["process"] == "web-0"
    assert line["level"] == "info"
    assert str(line["timestamp"]).endswith("Z")


def test_a_fault_is_told_by_types_and_places_and_not_by_values(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logs.configure("web-0")
    try:
        fail_with_secret()
    except ValueError:
        structlog.get_logger().exception("call_failed")
    (line,) = lines(capsys)
    assert [each["type"] for each in line["exception"]] == ["ValueError", "KeyError"]
    assert "fail_with_secret" in str(line["exception"])
    assert SECRET not in json.dumps(line)


def test_codes_of_errors_are_told(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logs.configure("web-0")
    for error in (TutelaError(SECRET), psycopg.errors.UniqueViolation(SECRET)):
        structlog.get_logger().error("failed", exc_info=error)
    first, second = (line["exception"][0] for line in lines(capsys))
    assert first["code"] == "internal"
    assert second["sqlstate"] == "23505"
    assert SECRET not in f"{first}{second}"


def test_a_group_of_errors_is_told_with_its_members(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logs.configure("web-0")
    group = ExceptionGroup(SECRET, [ValueError(SECRET), KeyError(SECRET)])
    structlog.get_logger().error("failed", exc_info=group)
    (line,) = lines(capsys)
    assert [each[0]["type"] for each in line["exception"][0]["within"]] == [
        "ValueError",
        "KeyError",
    ]
    assert SECRET not in json.dumps(line)


def test_foreign_loggers_speak_the_same_way_and_of_their_words_the_first_line_stays(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logs.configure("web-0")
    try:
        fail_with_secret()
    except ValueError:
        logging.getLogger("psycopg.pool").exception("connection lost\nfuture: %s", SECRET)
    (line,) = lines(capsys)
    assert line["event"] == "connection lost"
    assert line["logger"] == "psycopg.pool"
    assert line["exception"][0]["type"] == "ValueError"
    assert SECRET not in json.dumps(line)


def test_a_log_that_nobody_reads_any_more_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    gone = os.fdopen(writer, "w", buffering=1)
    monkeypatch.setattr("sys.stderr", gone)
    logs.configure("web-0")
    for _ in range(2):
        structlog.get_logger().warning("commit_unclear")
    with suppress(BrokenPipeError):
        gone.close()
