"""Options that several commands share, as groups: a dataclass parameter becomes its fields."""

import dataclasses
import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, TypeVar, get_type_hints

import typer

_Command = TypeVar("_Command", bound=Callable[..., object])


#: One JSON document on stdout in place of words.
AsJson = Annotated[bool, typer.Option("--json", help="Answer with one JSON document.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """Which database a command works on; flags win over the environment."""

    data: Annotated[
        Path | None,
        typer.Option(help="The data folder of the embedded database. [TUTELA_DATA]"),
    ] = None
    database: Annotated[
        str | None,
        typer.Option(help="A PostgreSQL of your own, by its URL. [TUTELA_DATABASE]"),
    ] = None
    keys: Annotated[
        Path | None,
        typer.Option(help="The folder of the keys. [TUTELA_KEYS]"),
    ] = None

    def given(self) -> dict[str, object]:
        """What was given, by the name of its setting."""
        return {
            "data_folder": self.data,
            "database_url": self.database,
            "key_folder": self.keys,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class OfService:
    """Whose records a command is about."""

    tenant: Annotated[str, typer.Option(help="The operator.")] = "main"
    service: Annotated[str, typer.Option(help="The service.")] = "main"


def spread(command: _Command) -> _Command:
    """The command with each dataclass among its parameters spread into options of its own."""
    hints = get_type_hints(command, include_extras=True)
    groups: dict[str, type[Any]] = {}
    parameters: list[inspect.Parameter] = []
    for parameter in inspect.signature(command).parameters.values():
        kind = hints[parameter.name]
        if isinstance(kind, type) and dataclasses.is_dataclass(kind):
            groups[parameter.name] = kind
        else:
            parameters.append(
                parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY, annotation=kind)
            )
    for group in groups.values():
        parameters += _parameters_of(group)

    @functools.wraps(command)
    def run(**values: object) -> object:
        gathered = {
            name: group(**{each.name: values.pop(each.name) for each in dataclasses.fields(group)})
            for name, group in groups.items()
        }
        return command(**gathered, **values)

    del run.__wrapped__
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {each.name: each.annotation for each in parameters}
    return run  # type: ignore[return-value]


def _parameters_of(group: type[Any]) -> list[inspect.Parameter]:
    hints = get_type_hints(group, include_extras=True)
    return [
        inspect.Parameter(
            field.name,
            inspect.Parameter.KEYWORD_ONLY,
            annotation=hints[field.name],
            default=(
                inspect.Parameter.empty if field.default is dataclasses.MISSING else field.default
            ),
        )
        for field in dataclasses.fields(group)
    ]
