"""From a row to the notice it becomes: what can't be understood is left out and said, never lost.

A row that names a subject is taken, whatever else of it fits.
"""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from tutela.domain.notice import EXPLANATION_MAX_CODE_POINTS
from tutela.domain.vocabulary import Category, SubjectKind
from tutela.errors import FieldError, TutelaError
from tutela.intake.mapping.mapping import (
    ListSource,
    NoticeMapping,
    Source,
    SubjectSources,
    Target,
    TimeSource,
    shown,
    table_of,
    targets,
)
from tutela.intake.mapping.meaning import YES_OR_NO, is_known
from tutela.intake.reading import NoticeRead, Unfit

#: How much of a value is told in a remark.
VALUE_SHOWN_CODE_POINTS = 64
#: Times that a notice is read again without what didn't fit.
ATTEMPTS = 4

_SAYS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
_encode = msgspec.json.Encoder().encode

#: The value of a row under a source's column or pointer; None where there is none.
Find = Callable[[Source], object]
ReadBytes = Callable[[bytes], NoticeRead]


class NoSubject(TutelaError):
    """The row names nothing that could be looked at."""

    code = "no_subject"
    title = "The row names no subject"
    status = 422


class Remark(msgspec.Struct, frozen=True):
    """What of a row did not become part of its notice, and why."""

    field: str
    message: str


@dataclass(frozen=True, slots=True)
class Filled:
    """A notice from a row, and what of the row is not in it."""

    notice: NoticeRead
    remarks: tuple[Remark, ...] = ()


@dataclass(slots=True)
class _Draft:
    mapping: NoticeMapping
    find: Find
    remarks: list[Remark] = field(default_factory=list)

    def say(self, path: tuple[str, ...], *, message: str) -> None:
        self.remarks.append(Remark(shown(path), message))


class Filling:
    """Fills notices from rows as one mapping says."""

    def __init__(self, mapping: NoticeMapping) -> None:
        self._mapping = mapping
        self._fields = [each for each in targets(mapping) if each.path[0] == "fields"]
        self._places = [
            each
            for each in targets(mapping)
            if each.path[0] == "subjects" and each.name in {"id", "url"}
        ]

    def fill(self, find: Find, *, read: ReadBytes) -> Filled:
        """The notice of a row; `NoSubject` where it names none, `Unfit` where nothing helps."""
        draft = _Draft(self._mapping, find)
        body: dict[str, Any] = {}
        for target in self._fields:
            _put(body, path=target.path[1:], value=_value(draft, target=target))
        body.setdefault("category", str(Category.NOT_SPECIFIED_NOTICE))
        body["subjects"] = _subjects(draft)
        if not body["subjects"]:
            raise NoSubject(
                "The row names nothing that could be looked at.",
                errors=[FieldError(shown(target.path), "empty") for target in self._places],
            )
        return Filled(_read(body, draft=draft, read=read), tuple(draft.remarks))


def _read(body: dict[str, Any], *, draft: _Draft, read: ReadBytes) -> NoticeRead:
    """The notice, without the fields that no notice may hold."""
    for _ in range(ATTEMPTS):
        try:
            return read(_encode(body))
        except Unfit as error:
            if not _leave_out(body, errors=error.errors, draft=draft):
                raise
    return read(_encode(body))


def _leave_out(body: dict[str, Any], *, errors: tuple[FieldError, ...], draft: _Draft) -> bool:
    """Whether anything was taken out; the last items of a list go first, so that places hold."""
    done = False
    for error in reversed(errors):
        path = tuple(error.pointer.split("/")[1:])
        if _remove(body, path=path):
            draft.say(path, message=f"left out: {error.message}")
            done = True
    body.setdefault("category", str(Category.NOT_SPECIFIED_NOTICE))
    return done and bool(body.get("subjects"))


def _remove(holder: object, *, path: tuple[str, ...]) -> bool:
    *way, last = path or ("",)
    with contextlib.suppress(KeyError, IndexError, ValueError):
        for step in way:
            holder = holder[int(step)] if isinstance(holder, list) else holder[step]  # type: ignore[index]
        if isinstance(holder, list):
            del holder[int(last)]
            return True
        if isinstance(holder, dict) and last != "subjects":
            del holder[last]
            return True
    return False


def _value(draft: _Draft, *, target: Target) -> object:
    found = _found(draft, target=target)
    if not found:
        return None
    value = found[0] if len(found) == 1 else " ".join(map(str, found))
    if isinstance(target.source, TimeSource):
        return _time(draft, path=target.path, source=target.source, text=str(value))
    if target.path in YES_OR_NO:
        return _yes_or_no(draft, target=target, value=value)
    if not is_known(target.name, value=str(value)):
        draft.say(target.path, message=f"left out: {_short(str(value))} is no known {target.name}")
        return None
    if target.name == "explanation" and len(str(value)) > EXPLANATION_MAX_CODE_POINTS:
        draft.say(target.path, message=f"cut after {EXPLANATION_MAX_CODE_POINTS} characters")
        return str(value)[:EXPLANATION_MAX_CODE_POINTS]
    return value


def _found(draft: _Draft, *, target: Target) -> list[str | bool]:
    """The values of a row under a source, as texts, after its table; none where it is empty."""
    source = target.source
    if source.value is not None:
        return [source.value]
    raw = draft.find(source)
    texts = list(_texts(raw))
    if raw is not None and not texts and not isinstance(raw, str | list):
        draft.say(target.path, message="left out: neither text nor number nor yes or no")
    if isinstance(source, ListSource) and source.separator is not None:
        texts = [part.strip() for text in texts for part in text.split(source.separator)]
    texts = [text for text in texts if text]
    table = table_of(source, tables=draft.mapping.tables)
    if table is None:
        return list(texts)
    for text in texts:
        if text not in table:
            draft.say(target.path, message=f"{_short(text)} is not in table {source.table}")
    return [table[text] for text in texts if text in table]


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value.strip()
    elif isinstance(value, bool):
        yield "true" if value else "false"
    elif isinstance(value, int | float):
        yield str(value)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)


def _yes_or_no(draft: _Draft, *, target: Target, value: str | bool) -> bool | None:
    if isinstance(value, bool):
        return value
    said = _SAYS.get(value.casefold())
    if said is None:
        draft.say(target.path, message=f"left out: {_short(value)} is neither yes nor no")
    return said


def _time(draft: _Draft, *, path: tuple[str, ...], source: TimeSource, text: str) -> str | None:
    try:
        at = _instant(text, source=source)
        if at.tzinfo is None:
            at = at.replace(tzinfo=ZoneInfo(source.zone or ""))
        return at.astimezone(UTC).isoformat()
    except (KeyError, ValueError, OverflowError, OSError):
        draft.say(path, message=f"left out: {_short(text)} is no time as {source.format}")
        return None


def _instant(text: str, *, source: TimeSource) -> datetime:
    if source.format == "unix":
        return datetime.fromtimestamp(float(text), tz=UTC)
    if source.format == "unix_ms":
        return datetime.fromtimestamp(float(text) / 1000, tz=UTC)
    if source.format == "rfc3339":
        return datetime.fromisoformat(text)
    return datetime.strptime(text, source.format)  # noqa: DTZ007 - its zone is the mapping's


def _subjects(draft: _Draft) -> list[dict[str, object]]:
    """Every subject once, in the order of the mapping."""
    subjects: list[dict[str, object]] = []
    for index, sources in enumerate(draft.mapping.subjects):
        for subject in _of_sources(draft, sources=sources, path=("subjects", str(index))):
            if subject not in subjects:
                subjects.append(subject)
    return subjects


def _of_sources(
    draft: _Draft, *, sources: SubjectSources, path: tuple[str, ...]
) -> Iterator[dict[str, object]]:
    ids, urls, accounts = (
        [] if source is None else _found(draft, target=Target((*path, name), source))
        for name, source in (
            ("id", sources.id),
            ("url", sources.url),
            ("account_id", sources.account_id),
        )
    )
    if not ids and not urls:
        return
    kind = _kind(draft, sources=sources, path=path)
    account = {"account_id": accounts[0]} if accounts else {}
    if len(ids) <= 1 and len(urls) <= 1:
        named = {"id": ids[:1], "url": urls[:1]}
        yield {"kind": kind, **{k: v[0] for k, v in named.items() if v}, **account}
        return
    for name, values in (("id", ids), ("url", urls)):
        for value in values:
            yield {"kind": kind, name: value, **account}


def _kind(draft: _Draft, *, sources: SubjectSources, path: tuple[str, ...]) -> str:
    target = Target((*path, "kind"), sources.kind)
    found = _found(draft, target=target)
    if found and found[0] in set(SubjectKind):
        return str(found[0])
    usual = SubjectKind.CONTENT if sources.url is None else SubjectKind.URL
    told = _short(str(found[0])) if found else "nothing"
    draft.say(target.path, message=f"{told} is no kind of subject: taken as {usual}")
    return str(usual)


def _put(body: dict[str, Any], *, path: tuple[str, ...], value: object) -> None:
    if value is None:
        return
    holder = body
    for step in path[:-1]:
        holder = holder.setdefault(step, {})
    holder[path[-1]] = value


def _short(text: str) -> str:
    cut = text if len(text) <= VALUE_SHOWN_CODE_POINTS else f"{text[:VALUE_SHOWN_CODE_POINTS]}..."
    return repr(cut)
