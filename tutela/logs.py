"""Logs: JSON Lines on stderr, with where a fault arose and never with the values it held."""

import logging
import sys
import traceback
from contextlib import suppress
from typing import Any, TextIO, cast

import structlog

#: Causes of an exception, and members of a group, that are told.
CHAIN_MAX = 10

#: Attributes of an exception that name a kind of fault and hold nothing of anybody.
_TELLING_ATTRIBUTES = ("code", "sqlstate", "errno")


class Unfailing:
    """A stream whose reader may go: what can't be written is lost, and nobody is held up by it."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """As the stream does; the length of the text in any case."""
        with suppress(OSError, ValueError):
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        """As the stream does, where it can."""
        with suppress(OSError, ValueError):
            self._stream.flush()


def configure(process: str) -> None:
    """From now on this process logs JSON Lines to stderr under its name."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        exceptions_without_values,
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer()],
        logger_factory=structlog.PrintLoggerFactory(cast("TextIO", Unfailing(sys.stderr))),
        cache_logger_on_first_use=False,
    )
    structlog.contextvars.bind_contextvars(process=process)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[first_line_only, *shared],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)


def exceptions_without_values(
    _logger: object, _method_name: str, event_dict: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    """The event with its exception as types, codes and places: no message, no local variable."""
    raised = event_dict.pop("exc_info", None)
    if raised is True:
        raised = sys.exc_info()
    if isinstance(raised, tuple):
        raised = raised[1]
    if isinstance(raised, BaseException):
        event_dict["exception"] = _chain(raised)
    return event_dict


def first_line_only(
    _logger: object, _method_name: str, event_dict: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    """The event of a foreign logger cut to its first line: what follows may hold values."""
    event_dict["event"] = str(event_dict.get("event", "")).partition("\n")[0]
    record = event_dict.get("_record")
    if record is not None:
        event_dict["logger"] = record.name
        event_dict.setdefault("exc_info", record.exc_info)
    return event_dict


def _chain(error: BaseException) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = []
    current: BaseException | None = error
    while current is not None and len(told) < CHAIN_MAX:
        told.append(_told(current))
        current = current.__cause__ or (
            None if current.__suppress_context__ else current.__context__
        )
    return told


def _told(error: BaseException) -> dict[str, Any]:
    frames = traceback.extract_tb(error.__traceback__)
    told: dict[str, Any] = {
        "type": type(error).__qualname__,
        "at": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
    }
    for name in _TELLING_ATTRIBUTES:
        value = getattr(error, name, None)
        if isinstance(value, str | int):
            told[name] = value
    constraint = getattr(getattr(error, "diag", None), "constraint_name", None)
    if constraint:
        told["constraint"] = constraint
    if isinstance(error, BaseExceptionGroup):
        told["within"] = [_chain(each) for each in error.exceptions[:CHAIN_MAX]]
    return told
