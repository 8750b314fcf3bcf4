import pytest

from tests.house import rules
from tests.house.test_rules import MACHINE_WORDS, Rule
from tests.house.tree import SourceFile

LONG_BODY = "\n".join(["    x = 1"] * 41)
FAULTS: list[tuple[Rule, str, str]] = [
    (rules.long_files, "tutela/a.py", "x = 1\n" * 400),
    (rules.long_functions, "tutela/a.py", f"def f():\n{LONG_BODY}\n"),
    (rules.long_functions, "tutela/a.py", f"class A:\n  async def f(self):\n{LONG_BODY}\n"),
    (rules.crowded_signatures, "tutela/a.py", "def f(a, b): ...\n"),
    (rules.crowded_signatures, "tutela/a.py", "class A:\n  def f(self, a, b): ...\n"),
    (rules.crowded_signatures, "tutela/a.py", "class A:\n  def __init__(self, a, b): ...\n"),
    (rules.crowded_signatures, "tutela/a.py", "def f(a, *, b, c, d, e, g): ...\n"),
    (rules.crowded_signatures, "tests/a.py", "def test_f(a, b, c, d, e, g): ...\n"),
    (rules.empty_names, "tutela/a.py", "class QueueManager: ...\n"),
    (rules.empty_names, "tutela/a.py", "class NoticeData: ...\n"),
    (rules.empty_names, "tutela/utils.py", ""),
    (rules.empty_names, "tutela/helpers/a.py", ""),
    (rules.undocumented_members, "tutela/a.py", "class A(StrEnum):\n    B = 'b'\n"),
    (rules.undocumented_members, "tutela/a.py", "class A(enum.StrEnum):\n    # b\n    B = 'b'\n"),
    (rules.nameless_queries, "tutela/a.sql", "SELECT 1;\n"),
    (rules.nameless_queries, "tutela/a.sql", "-- name: one\nSELECT 1;\n"),
    (rules.nameless_queries, "tutela/a.sql", "-- name: one\n-- First. Second.\nSELECT 1;\n"),
    (rules.nameless_queries, "tutela/a.sql", "-- name: One Two\n-- Sentence.\nSELECT 1;\n"),
    (rules.nameless_queries, "tutela/migrations/spine.sql", "-- Tables.\n"),
    (rules.nameless_queries, "tutela/migrations/0001_spine.sql", "CREATE TABLE a ();\n"),
    (rules.unsaid_rooms, "tutela/a/__init__.py", ""),
    (rules.unsaid_rooms, "tutela/a/__init__.py", '"""Decides this. And that."""'),
]
GOOD: list[tuple[Rule, str, str]] = [
    (rules.long_files, "tutela/a.py", "x = 1\n" * 399),
    (rules.long_functions, "tutela/a.py", 'def f():\n    """A\n' + "\n" * 60 + '    """\n'),
    (rules.crowded_signatures, "tutela/a.py", "def f(a, *, b, c, d, e): ...\n"),
    (rules.crowded_signatures, "tutela/a.py", "class A:\n  def __lt__(self, a, b): ...\n"),
    (rules.crowded_signatures, "tutela/a.py", "async def app(scope, receive, send): ...\n"),
    (rules.crowded_signatures, "tests/a.py", "@pytest.fixture()\ndef f(a, b): ...\n"),
    (rules.empty_names, "tutela/baseline.py", "class Database: ...\n"),
    (rules.undocumented_members, "tutela/a.py", "class A(StrEnum):\n    #: b.\n    B = 'b'\n"),
    (rules.nameless_queries, "tutela/a.sql", "-- name: one\n-- The only one.\nSELECT 1;\n"),
    (rules.unsaid_rooms, "tutela/a/__init__.py", '"""Decides this, and that."""'),
]


@pytest.mark.parametrize(("rule", "path", "text"), FAULTS)
def test_a_rule_finds_the_fault(rule: Rule, path: str, text: str) -> None:
    assert len(list(rule(SourceFile(path, text)))) == 1


@pytest.mark.parametrize(("rule", "path", "text"), GOOD)
def test_a_rule_lets_good_text_pass(rule: Rule, path: str, text: str) -> None:
    assert list(rule(SourceFile(path, text))) == []


def test_an_import_that_is_not_allowed_is_found() -> None:
    source = SourceFile("a.py", "import json\nimport httpx\nfrom tutela.ledger import tree\n")
    found = list(rules.foreign_imports(source, allowed=frozenset({"cryptography"})))
    assert found == ["a.py:2: imports httpx", "a.py:3: imports tutela.ledger"]


@pytest.mark.parametrize("text", ["see /" + "work/x", "/" + "root/.cache", "https://py" + "pi.org"])
def test_a_machine_or_a_registry_is_found(text: str) -> None:
    assert MACHINE_WORDS.search(text)


@pytest.mark.parametrize("text", ["POST /v1/work/x", "/usr/bin/chromium", "home/run", "homework/"])
def test_other_paths_pass(text: str) -> None:
    assert not MACHINE_WORDS.search(text)
