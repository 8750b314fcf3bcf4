"""Which surfaces of the platform are asked, and how: the operator's file, read strictly."""

import re
import tomllib
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import msgspec

from tutela.errors import FieldError, TutelaError
from tutela.guard.asking import Surface
from tutela.intake.mapping.place import line_of
from tutela.intake.reading import Unfit, fit
from tutela.outside.errors import OutsideRefused
from tutela.outside.places import read_place

FILE_BYTES_MAX: Final = 1024 * 1024
#: What stands in a URL for what is asked, and for somebody new who asks it.
VALUE, VIEWER = "{value}", "{viewer}"

_PLACEHOLDER: Final = re.compile(r"\{[^{}]*\}|[{}]")
_URL: Final = re.compile(r"https?://[^/?#@\s{}]+(?:[/?][^\s#]*)?")
_HEADER: Final = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\x21-\x7e](?:[ \t\x21-\x7e]*))")

Word = Annotated[str, msgspec.Meta(min_length=1, max_length=1_000)]
Name = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")]
Service = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][\w.-]{0,63}/[A-Za-z0-9][\w.-]{0,63}$")]
#: RFC 6901.
Pointer = Annotated[str, msgspec.Meta(pattern=r"^(?:/(?:[^~/]|~[01])*)*$", max_length=1_000)]


class ProbesUnfit(TutelaError):
    """The operator's file, or one of headers, is malformed; file, line and field are named."""

    code = "probes_unfit"
    title = "The file of the surfaces to ask can't be used"
    status = 422


class Asks(StrEnum):
    """What stands in the URL of a surface."""

    #: Words: a query, the beginning of one.
    TEXT = "text"
    #: A tag, or a topic that somebody follows.
    TAG = "tag"
    #: An account that others are shown beside.
    ACCOUNT = "account"
    #: An account that looks: what it is shown is held against what is listed.
    VIEWER = "viewer"


_USUAL: Final = {Surface.SEARCH: Asks.TEXT, Surface.TYPEAHEAD: Asks.TEXT, Surface.HASHTAG: Asks.TAG}


class Asking(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One surface, and where its answers say what they say."""

    name: Name
    surface: Surface
    service: Service = "main/main"
    #: With `{value}` where stands what is asked, and `{viewer}` where somebody new who asks it.
    url: Word
    #: What stands there; for recommendations it must be said.
    asks: Asks | None = None
    #: Of the answer: the list of what is shown, or how much it is.
    results: Pointer
    #: Of the answer: true where it is withheld. Without it, which version is served stays unknown.
    blocked: Pointer | None = None
    #: Of each result: its id at the platform, and the account that published it.
    id: Pointer | None = None
    author: Pointer | None = None
    #: What must be answered with something.
    controls: Annotated[tuple[Word, ...], msgspec.Meta(min_length=1, max_length=10_000)]
    #: Lines `Name: value`; a path beside this file. Read again in every round.
    headers_file: Word | None = None
    timeout_seconds: Annotated[float, msgspec.Meta(ge=0.1, le=60)] = 5.0

    @property
    def kind(self) -> Asks:
        """What is asked of it."""
        return self.asks or _USUAL.get(self.surface, Asks.VIEWER)

    @property
    def tells_versions(self) -> bool:
        """Whether it can be asked for the canary of a version."""
        return self.blocked is not None and self.kind in (Asks.TEXT, Asks.TAG)


class Probes(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Every surface that is asked, and of how many entries and controls in a round."""

    sample: Annotated[int, msgspec.Meta(ge=1, le=1_000)] = 10
    surface: Annotated[tuple[Asking, ...], msgspec.Meta(min_length=1, max_length=100)]

    @property
    def services(self) -> dict[str, tuple[Asking, ...]]:
        """The surfaces of each `TENANT/SERVICE`."""
        names = dict.fromkeys(each.service for each in self.surface)
        return {
            name: tuple(each for each in self.surface if each.service == name) for name in names
        }


def read_probes(path: Path) -> Probes:
    """The surfaces of a file; raises ProbesUnfit with file, line and field of every fault."""
    text = _text(path)
    try:
        probes = fit(tomllib.loads(text), kind=Probes)
    except (tomllib.TOMLDecodeError, RecursionError) as cause:
        raise ProbesUnfit(f"{path}: not TOML: {cause}.") from cause
    except Unfit as cause:
        raise _unfit(path, text=text, errors=cause.errors) from cause
    errors = tuple(_errors(probes, folder=path.parent))
    if errors:
        raise _unfit(path, text=text, errors=errors)
    return probes


def read_headers(asking: Asking, *, folder: Path) -> dict[str, str]:
    """The headers by which the surface is asked; raises ProbesUnfit, and never tells a value."""
    if asking.headers_file is None:
        return {}
    path = folder / asking.headers_file
    headers: dict[str, str] = {}
    for number, line in enumerate(_text(path).splitlines(), start=1):
        found = _HEADER.fullmatch(line.rstrip())
        if found is None and line.strip():
            raise ProbesUnfit(f"{path}, line {number}: `Name: value` in ASCII belongs there.")
        if found is not None:
            headers[found[1]] = found[2]
    return headers


def _errors(probes: Probes, *, folder: Path) -> Iterator[FieldError]:
    seen: set[tuple[str, str]] = set()
    for index, each in enumerate(probes.surface):
        place = f"/surface/{index}"
        if (each.service, each.name) in seen:
            yield FieldError(f"{place}/name", f"a second surface {each.name} of {each.service}")
        seen.add((each.service, each.name))
        wrong = _url_error(each.url)
        if wrong is not None:
            yield FieldError(f"{place}/url", wrong)
        if each.author is not None and each.id is None:
            yield FieldError(f"{place}/author", "only where `id` stands too")
        if each.asks is None and each.surface not in _USUAL:
            yield FieldError(f"{place}/asks", "needed: text, tag, account or viewer")
        if each.asks is Asks.VIEWER and each.id is None:
            yield FieldError(f"{place}/id", "needed: what a viewer is shown is known by its id")
        try:
            read_headers(each, folder=folder)
        except ProbesUnfit as unfit:
            yield FieldError(f"{place}/headers_file", unfit.detail)


def _url_error(url: str) -> str | None:
    if not _URL.fullmatch(url):
        return "an http or https URL without a name, a fragment or a placeholder in its host"
    placeholders = _PLACEHOLDER.findall(url)
    if VALUE not in placeholders:
        return f"{VALUE} belongs in it, where what is asked stands"
    unknown = next((each for each in placeholders if each not in (VALUE, VIEWER)), None)
    if unknown is not None:
        return f"{unknown} is no placeholder; {VALUE} and {VIEWER} are"
    try:
        read_place(_PLACEHOLDER.sub("x", url))
    except OutsideRefused as refused:
        return refused.detail
    return None


def _unfit(path: Path, *, text: str, errors: tuple[FieldError, ...]) -> ProbesUnfit:
    return ProbesUnfit("\n".join(_told(path, text=text, error=each) for each in errors))


def _told(path: Path, *, text: str, error: FieldError) -> str:
    steps = tuple(error.pointer.split("/")[1:])
    line = line_of(steps, text=text)
    place = f"{path}" if line is None else f"{path}, line {line}"
    return f"{place}, {'.'.join(steps) or 'file'}: {error.message}"


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            raw = file.read(FILE_BYTES_MAX + 1)
        text = raw.decode()
    except OSError as cause:
        raise ProbesUnfit(f"{path}: {cause.strerror}.") from cause
    except UnicodeDecodeError as cause:
        raise ProbesUnfit(f"{path}: not UTF-8.") from cause
    if len(raw) > FILE_BYTES_MAX:
        raise ProbesUnfit(f"{path}: more than {FILE_BYTES_MAX} bytes.")
    return text
