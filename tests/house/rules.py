"""The rules of the house over one file at a time: each gives what it found, as lines to read."""

import ast
import re
import sys
from collections.abc import Iterator

from tests.house.tree import SourceFile

MAX_FILE_LINES = 399
MAX_FUNCTION_LINES = 40
MAX_PARAMETERS = 5
FORBIDDEN_CLASS_ENDINGS = ("Manager", "Helper", "Helpers", "Util", "Utils", "Base", "Info", "Data")
FORBIDDEN_MODULES = frozenset(
    {"base", "common", "data", "helper", "helpers", "info", "manager", "managers"}
    | {"misc", "util", "utils"}
)

#: Parameters whose order another program fixes, and which one.
FIXED_SIGNATURES = {
    ("scope", "receive", "send"): "ASGI",
    ("request", "call_next"): "Starlette middleware",
    ("request", "exc"): "Starlette exception handlers",
    ("request", "error"): "Starlette exception handlers",
    ("signum", "frame"): "signal handlers",
    ("event", "arguments"): "audit hooks",
    ("reader", "writer"): "asyncio servers",
    ("host", "port", "timeout", "local_address", "socket_options"): "httpcore network backends",
    ("tag", "attrs"): "html.parser",
    ("logger", "method_name", "event_dict"): "structlog processors",
}

#: Functions that a rule does not bind, as "path::name", and why.
EXCEPTIONS: dict[str, str] = {
    "tutela/guard/deciding/decider.py::Decider.results": "asked as it is said: a surface, items",
    "tutela/guard/deciding/decider.py::Decider.verdict": "asked as it is said: a surface, a text",
}

INJECTED = frozenset({"fixture", "given", "rule", "initialize", "invariant", "precondition"})
QUERY_NAME = re.compile(r"^-- name: [a-z][a-z0-9_]*$")
SENTENCE_INSIDE = re.compile(r"[.!?]\s+[A-Z]")
MIGRATION = re.compile(r"/migrations/(?P<name>[^/]+)$")

type_of_function = (ast.FunctionDef, ast.AsyncFunctionDef)
AnyFunction = ast.FunctionDef | ast.AsyncFunctionDef


def long_files(source: SourceFile) -> Iterator[str]:
    """Files of 400 lines and more."""
    lines = len(source.text.splitlines())
    if lines > MAX_FILE_LINES:
        yield f"{source.path}: {lines} lines, at most {MAX_FILE_LINES}"


def long_functions(source: SourceFile) -> Iterator[str]:
    """Functions of more than 40 lines; the docstring does not count."""
    for name, function in functions(source):
        lines = (function.end_lineno or function.lineno) - function.lineno + 1
        lines -= _docstring_lines(function)
        if lines > MAX_FUNCTION_LINES and not _excepted(source, name=name):
            place = _place(source, node=function)
            yield f"{place} {name}: {lines} lines, at most {MAX_FUNCTION_LINES}"


def crowded_signatures(source: SourceFile) -> Iterator[str]:
    """Functions of more than five parameters, or of more than one that may be positional."""
    for name, function in functions(source):
        if _is_dunder(function) or _excepted(source, name=name):
            continue
        positional, keyword_only = _parameters(function)
        if len(positional) + len(keyword_only) > MAX_PARAMETERS:
            yield f"{_place(source, node=function)} {name}: more than {MAX_PARAMETERS} parameters"
        fixed = tuple(p.lstrip("_") for p in positional) in FIXED_SIGNATURES
        if len(positional) > 1 and not fixed and not _is_injected(function):
            yield f"{_place(source, node=function)} {name}: keyword-only after the first parameter"


def empty_names(source: SourceFile) -> Iterator[str]:
    """Classes and modules named by words that say nothing."""
    *folders, module = source.path.removesuffix(".py").split("/")
    for part in {*folders[1:], module} & FORBIDDEN_MODULES:
        yield f"{source.path}: no module is called {part}"
    for node in ast.walk(ast.parse(source.text)):
        if isinstance(node, ast.ClassDef) and node.name.endswith(FORBIDDEN_CLASS_ENDINGS):
            yield f"{_place(source, node=node)} no class is called {node.name}"


def undocumented_members(source: SourceFile) -> Iterator[str]:
    """Members of a closed list without their `#:` line."""
    lines = source.text.splitlines()
    for node in ast.walk(ast.parse(source.text)):
        if not (isinstance(node, ast.ClassDef) and _is_str_enum(node)):
            continue
        for member in node.body:
            above = lines[member.lineno - 2].strip()
            if isinstance(member, ast.Assign) and not above.startswith("#: "):
                yield f"{_place(source, node=member)} a member of {node.name} without its #: line"


def nameless_queries(source: SourceFile) -> Iterator[str]:
    """SQL without `-- name:` and one sentence; a migration has a number and a first sentence."""
    lines = source.text.splitlines()
    migration = MIGRATION.search(source.path)
    if migration:
        if not re.fullmatch(r"\d{4}_[a-z0-9_]+\.sql", migration["name"]):
            yield f"{source.path}: a migration is called NNNN_what_it_does.sql"
        if not lines[0].startswith("-- "):
            yield f"{source.path}:1: begins with a sentence on what it does"
        return
    if not lines or not lines[0].startswith("-- name: "):
        yield f"{source.path}:1: begins with -- name:"
    for index, line in enumerate(lines):
        if line.startswith("-- name:"):
            yield from _query_faults(lines[index:], place=f"{source.path}:{index + 1}:")


def unsaid_rooms(source: SourceFile) -> Iterator[str]:
    """Packages whose docstring is not one sentence."""
    if source.path.endswith("/__init__.py"):
        docstring = ast.get_docstring(ast.parse(source.text)) or ""
        if not is_one_sentence(docstring):
            yield f"{source.path}: the docstring of a package is one sentence"


def foreign_imports(source: SourceFile, *, allowed: frozenset[str]) -> Iterator[str]:
    """Imports of anything but the standard library and the packages allowed."""
    for node in ast.walk(ast.parse(source.text)):
        for module in _imported(node):
            package = module.partition(".")[0]
            if package not in sys.stdlib_module_names and package not in allowed:
                yield f"{_place(source, node=node)} imports {module}"


def is_one_sentence(text: str) -> bool:
    """Whether the text is one sentence, which ends with a full stop."""
    return text.endswith(".") and not SENTENCE_INSIDE.search(text)


def functions(source: SourceFile) -> Iterator[tuple[str, AnyFunction]]:
    """Every function of the file with its qualified name."""
    yield from _functions(ast.parse(source.text), prefix="")


def _functions(node: ast.AST, *, prefix: str) -> Iterator[tuple[str, AnyFunction]]:
    for child in ast.iter_child_nodes(node):
        name = prefix
        if isinstance(child, (*type_of_function, ast.ClassDef)):
            name = f"{prefix}.{child.name}".lstrip(".")
        if isinstance(child, type_of_function):
            yield name, child
        yield from _functions(child, prefix=name)


def _parameters(function: AnyFunction) -> tuple[list[str], list[str]]:
    positional = [p.arg for p in (*function.args.posonlyargs, *function.args.args)]
    if positional and positional[0] in {"self", "cls"}:
        positional = positional[1:]
    return positional, [p.arg for p in function.args.kwonlyargs]


def _is_dunder(function: AnyFunction) -> bool:
    named_by_us = {"__init__", "__new__", "__call__"}
    return function.name.startswith("__") and function.name not in named_by_us


def _is_injected(function: AnyFunction) -> bool:
    return function.name.startswith("test_") or bool(INJECTED & set(_decorators(function)))


def _decorators(function: AnyFunction) -> Iterator[str]:
    for decorator in function.decorator_list:
        called = decorator.func if isinstance(decorator, ast.Call) else decorator
        yield ast.unparse(called).rpartition(".")[2]


def _excepted(source: SourceFile, *, name: str) -> bool:
    return f"{source.path}::{name}" in EXCEPTIONS


def _docstring_lines(function: AnyFunction) -> int:
    first = function.body[0]
    if ast.get_docstring(function) is None:
        return 0
    return (first.end_lineno or first.lineno) - first.lineno + 1


def _is_str_enum(node: ast.ClassDef) -> bool:
    return any(ast.unparse(parent).rpartition(".")[2] == "StrEnum" for parent in node.bases)


def _query_faults(lines: list[str], *, place: str) -> Iterator[str]:
    if not QUERY_NAME.match(lines[0]):
        yield f"{place} a query's name is lower-case words with underscores"
    sentence = []
    for line in lines[1:]:
        if not line.startswith("-- "):
            break
        sentence.append(line.removeprefix("-- "))
    if not is_one_sentence(" ".join(sentence)):
        yield f"{place} one sentence says what the query does"


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.level == 0:
        return [node.module or ""]
    return []


def _place(source: SourceFile, *, node: ast.stmt | ast.AST) -> str:
    return f"{source.path}:{getattr(node, 'lineno', 1)}:"
