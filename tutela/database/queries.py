"""Named SQL: one file a room, each query with its name and one sentence."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import LiteralString, cast

from tutela.database.errors import QueriesInvalid

NAME_LINE = re.compile(r"--\s*name:\s*(.*?)\s*")
NAME = re.compile(r"[a-z][a-z0-9_]*")
INCLUDE = re.compile(r"\{\{(.*?)\}\}")
INCLUDED = re.compile(r"(?:(?P<package>[a-z_.]+)\.(?P<file>[a-z_]+)\.)?(?P<name>\w+)")


class Queries:
    """The queries of one file: `queries.claim_case` is the SQL of the block of that name."""

    def __init__(self, texts: dict[str, str], *, source: str) -> None:
        self._source = source
        self._texts = texts

    def __getattr__(self, name: str) -> LiteralString:
        try:
            return cast("dict[str, str]", self.__dict__["_texts"])[name]
        except KeyError:
            known = ", ".join(self.__dict__.get("_texts", ()))
            source = self.__dict__.get("_source", "")
            raise AttributeError(f"{source} has no query {name!r}; it has {known}") from None

    def __iter__(self) -> Iterator[str]:
        """The names, in the order of the file."""
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)


@cache
def load(package: str, *, file: str = "queries.sql") -> Queries:
    """The queries of `file` in `package`, as `load(__package__)`.

    Errors: `QueriesInvalid` with file and line, as `parse`; `FileNotFoundError`.
    """
    text = files(package).joinpath(file).read_text(encoding="utf-8")
    return parse(text, source=f"{package.replace('.', '/')}/{file}")


def parse(text: str, *, source: str) -> Queries:
    """The queries of a text of blocks `-- name: a_name`, a sentence as comment, SQL.

    What several of them say stands once: `{{a_name}}` is the text of a block above, and
    `{{a.package.a_file.a_name}}` that of a block of another package's `a_file.sql`.

    Errors: `QueriesInvalid` for a bad or second name, no sentence, no SQL, text before the first
    name, or a block to include that is not there; each names `source` and the line.
    """
    blocks = list(_blocks(text, source=source))
    texts: dict[str, str] = {}
    for name, line_number, lines in blocks:
        where = f"{source}:{line_number}"
        if not NAME.fullmatch(name):
            raise QueriesInvalid(f"{where}: {name!r} is no name for a query (a-z, 0-9, _).")
        if name in texts or hasattr(Queries, name):
            raise QueriesInvalid(f"{where}: a second query named {name}.")
        texts[name] = _whole(_sql(lines, name=name, where=where), above=texts, where=where)
    if not texts:
        raise QueriesInvalid(f"{source}: no query in it.")
    return Queries(texts, source=source)


def _blocks(text: str, *, source: str) -> Iterator[tuple[str, int, list[str]]]:
    name, start, lines = "", 0, list[str]()
    for number, line in enumerate(text.splitlines(), 1):
        found = NAME_LINE.fullmatch(line)
        if found is None:
            if not start and line.strip() and not line.startswith("--"):
                raise QueriesInvalid(f"{source}:{number}: SQL before the first '-- name:'.")
            lines.append(line)
            continue
        if start:
            yield name, start, lines
        name, start, lines = found.group(1), number, []
    if start:
        yield name, start, lines


def _sql(lines: list[str], *, name: str, where: str) -> str:
    sentence_end = next(
        (i for i, line in enumerate(lines) if not line.startswith("--")), len(lines)
    )
    if not any(line.lstrip("- ") for line in lines[:sentence_end]):
        raise QueriesInvalid(f"{where}: {name} needs a sentence, as a comment under its name.")
    sql = "\n".join(lines[sentence_end:]).strip().removesuffix(";").rstrip()
    if not sql:
        raise QueriesInvalid(f"{where}: {name} has no SQL.")
    return sql


def _whole(sql: str, *, above: Mapping[str, str], where: str) -> str:
    return INCLUDE.sub(lambda found: _included(found[1], above=above, where=where), sql)


def _included(path: str, *, above: Mapping[str, str], where: str) -> str:
    found = INCLUDED.fullmatch(path)
    name = "" if found is None else found["name"]
    if found is None or not found["package"]:
        known = above
    else:
        known = _texts(found["package"], file=f"{found['file']}.sql", where=where)
    if name not in known:
        raise QueriesInvalid(f"{where}: there is no {path!r} to include.")
    return known[name]


def _texts(package: str, *, file: str, where: str) -> Mapping[str, str]:
    try:
        queries = load(package, file=file)
    except (ModuleNotFoundError, FileNotFoundError) as error:
        raise QueriesInvalid(f"{where}: there is no {file} in {package} to include.") from error
    return {name: getattr(queries, name) for name in queries}
