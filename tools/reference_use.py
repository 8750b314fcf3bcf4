"""Settings and commands, as those who run the house type them."""

from collections.abc import Iterator
from enum import StrEnum
from importlib import resources
from pathlib import Path
from typing import Any

from typer.main import get_command

from tools.reference_tables import code, table
from tutela.cli.commands import whole_application
from tutela.setting_readers import Setting
from tutela.settings import Settings, described

#: Texts that no setting takes: what a setting says to one of them is what it takes.
_UNFIT = ("", "-1e99", "\x00")
_FLAGS = {"data_folder": "--data", "database_url": "--database", "key_folder": "--keys"}
_FLAGS |= {"host": "--host", "port": "--port"}
_PLACES = {
    "data_folder": "`~/.local/share/tutela`; for root `/var/lib/tutela`",
    "key_folder": "a folder under `~/.config/tutela/keys` (root: `/etc/tutela/keys`), named after "
    "the data folder; `default` with a database by URL",
}
_KINDS = {str: "text", int: "number", float: "number", Path: "path", bool: ""}


def settings_table() -> str:
    """Every setting: name in the environment, flag, what it takes, default, meaning."""
    rows = [
        [
            code(setting.variable),
            code(_FLAGS[name]) if name in _FLAGS else "",
            _takes(setting),
            _default(name),
            setting.means,
        ]
        for name, setting in described().items()
    ]
    return table(["Variable", "Flag", "Takes", "Default", "Means"], rows=rows)


def commands() -> str:
    """Every command with its arguments and options."""
    return "\n\n".join(_section(name, command=each) for name, each in every_command())


def mapping_example() -> str:
    """The mapping that is shipped to begin with."""
    file = resources.files("tutela.intake.mapping").joinpath("example.toml")
    return f"```toml\n{file.read_text(encoding='utf-8').strip()}\n```"


def every_command() -> Iterator[tuple[str, Any]]:
    """Each command that does something, by the words that one types."""
    yield from _commands_of(get_command(whole_application()), words="tutela")


def _commands_of(command: Any, *, words: str) -> Iterator[tuple[str, Any]]:  # noqa: ANN401 - typer's own types are private
    within = getattr(command, "commands", None)
    if within is None:
        yield words, command
        return
    for name, each in within.items():
        yield from _commands_of(each, words=f"{words} {name}")


def _section(name: str, *, command: Any) -> str:  # noqa: ANN401 - typer's own types are private
    arguments = [each for each in command.params if each.param_type_name == "argument"]
    shown = " ".join([name, *((each.metavar or each.name).upper() for each in arguments)])
    rows = [_option(each) for each in command.params]
    text = " ".join((command.help or "").split())
    return f"### `{shown}`\n\n{text}\n\n" + table(["", "Takes", "Default", "Means"], rows=rows)


def _option(option: Any) -> list[str]:  # noqa: ANN401 - typer's own types are private
    is_argument = option.param_type_name == "argument"
    name = (option.metavar or option.name).upper() if is_argument else option.opts[0]
    default = "" if option.default in (None, False) else code(option.default)
    return [
        code(name),
        _kind(option.type_descriptor.annotation),
        "required" if option.required else default,
        option.help or "",
    ]


def _kind(annotation: object) -> str:
    if isinstance(annotation, type) and issubclass(annotation, StrEnum):
        return ", ".join(code(member) for member in annotation)
    name = getattr(annotation, "__name__", "text")
    return _KINDS.get(annotation, name) if isinstance(annotation, type) else name


def _takes(setting: Setting) -> str:
    for text in _UNFIT:
        try:
            setting.read(text)
        except ValueError as refusal:
            if str(refusal).startswith("a "):
                return str(refusal)
    return "a text"


def _default(name: str) -> str:
    if name in _PLACES:
        return _PLACES[name]
    value = getattr(Settings(), name)
    return "none" if value is None else code(f"{value:g}" if isinstance(value, float) else value)
