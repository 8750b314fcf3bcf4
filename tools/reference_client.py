"""The Python client, as those who write against it read it."""

import inspect
from collections.abc import Callable, Iterator

from tools.reference_tables import code, first_sentence, table
from tutela.client import Client, ClientError, Patience, errors
from tutela.client.blocking import Cases, Notices, Receipts

_ROOMS = {"": Client, "notices.": Notices, "receipts.": Receipts, "cases.": Cases}
_MEANS = {
    "base_url": "Where the service is, such as `https://reports.example`",
    "token": "Who calls; calls by a receipt's code need none",
    "log_key": "The log's public key in base64, or a `KeyStore` that remembers it; without, the "
    "first that is seen is believed",
    "patience": "How long one attempt may be silent, how often and how long a call is sent again",
    "timeout_seconds": "How long one attempt may be silent",
    "retries": "How often a call is sent again",
    "total_seconds": "From the first attempt to the last, pauses included",
    "surroundings": "An `httpx` client of your own, and time and chance for tests",
}


def client_settings() -> str:
    """Every argument of a client, and what patience is made of."""
    rows = [[code(name), _default(each), _MEANS[name]] for name, each in _parameters(Client)]
    patience = [
        [code(f"Patience.{name}"), _default(each), _MEANS[name]]
        for name, each in _parameters(Patience)
    ]
    return table(["Argument", "Default", "Means"], rows=[*rows, *patience])


def client_calls() -> str:
    """Every call with its arguments and the first sentence of what it gives."""
    rows = [
        [code(f"{prefix}{name}({_arguments(call)})"), first_sentence(call)]
        for prefix, room in _ROOMS.items()
        for name, call in _calls(room)
    ]
    return table(["Call", "Gives"], rows=rows)


def client_errors() -> str:
    """Every error that a call can end with."""
    kinds = [
        kind
        for _, kind in inspect.getmembers(errors, inspect.isclass)
        if issubclass(kind, ClientError) and kind is not ClientError
    ]
    return table(
        ["Error", "Means"], rows=[[code(kind.__name__), first_sentence(kind)] for kind in kinds]
    )


def _calls(room: type) -> Iterator[tuple[str, Callable[..., object]]]:
    for name, call in inspect.getmembers(room, inspect.isfunction):
        if not name.startswith("_"):
            yield name, call


def _parameters(kind: Callable[..., object]) -> Iterator[tuple[str, inspect.Parameter]]:
    yield from inspect.signature(kind).parameters.items()


def _arguments(call: Callable[..., object]) -> str:
    """The arguments as they are given; those behind `*` by their name."""
    words, behind_star = [], False
    for name, each in _parameters(call):
        if each.kind is inspect.Parameter.KEYWORD_ONLY and not behind_star:
            words.append("*")
            behind_star = True
        is_required = each.default is inspect.Parameter.empty
        words.append(name if is_required else f"{name}={each.default!r}")
    return ", ".join(word for word in words if word != "self")


def _default(parameter: inspect.Parameter) -> str:
    value = parameter.default
    if value is inspect.Parameter.empty:
        return "required"
    return code("Patience()" if isinstance(value, Patience) else value)
