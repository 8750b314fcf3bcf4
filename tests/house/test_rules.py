import re
import tomllib
from collections.abc import Callable, Iterator

import pytest

from tests.house import rules, tree
from tests.house.tree import CODE_ROOTS, PRODUCT_ROOTS, ROOT, SourceFile

Rule = Callable[[SourceFile], Iterator[str]]

PYTHON_RULES: list[Rule] = [
    rules.long_files,
    rules.long_functions,
    rules.crowded_signatures,
    rules.empty_names,
]

#: Folders of one machine and hosts of package registries, in pieces so that this file has none.
MACHINE_WORDS = re.compile(
    r"(?<![\w.~-])/(?:work|root|home|Users|opt/(?:pypi|wheels))(?:/|\b)|"
    + "|".join([r"py" + r"pi\.org", "python" + "hosted", "npm" + r"js\.", r"deb" + r"ian\.org"])
)


def found(rule: Rule, *, suffix: str, under: tuple[str, ...]) -> str:
    return "\n".join(
        line for source in tree.files(suffix=suffix, under=under) for line in rule(source)
    )


@pytest.mark.parametrize("rule", PYTHON_RULES, ids=lambda rule: rule.__name__)
def test_python_keeps_the_rules_of_the_house(rule: Rule) -> None:
    assert found(rule, suffix=".py", under=CODE_ROOTS) == ""


def test_every_member_of_a_closed_list_has_its_line() -> None:
    assert found(rules.undocumented_members, suffix=".py", under=PRODUCT_ROOTS) == ""


def test_sql_is_named_and_said_in_one_sentence() -> None:
    assert found(rules.nameless_queries, suffix=".sql", under=PRODUCT_ROOTS) == ""


def test_sql_files_are_short() -> None:
    assert found(rules.long_files, suffix=".sql", under=PRODUCT_ROOTS) == ""


def test_every_room_says_in_one_sentence_what_it_decides() -> None:
    assert found(rules.unsaid_rooms, suffix=".py", under=PRODUCT_ROOTS) == ""


def test_every_folder_of_python_in_the_product_is_a_package() -> None:
    folders = {path.parent for root in PRODUCT_ROOTS for path in (ROOT / root).rglob("*.py")}
    assert [str(folder) for folder in folders if not (folder / "__init__.py").exists()] == []


def test_the_verifier_needs_only_the_signature_library() -> None:
    # rfc3161_client is asked for by `--tsa-roots` alone; without that option it need not be there
    allowed = frozenset({"cryptography", "rfc3161_client", "tutela_verify"})
    sources = tree.files(suffix=".py", under=("tutela_verify",))
    assert [line for s in sources for line in rules.foreign_imports(s, allowed=allowed)] == []


def test_no_file_names_a_machine_or_a_registry() -> None:
    places = [
        f"{source.path}:{number}: {hit[0]}"
        for source in tree.repository_files()
        for number, line in enumerate(source.text.splitlines(), 1)
        if (hit := MACHINE_WORDS.search(line))
    ]
    assert "\n".join(places) == ""


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_every_locked_package_has_its_version_and_hashes(lock: str) -> None:
    entries = re.split(r"\n(?=[a-z0-9])", (ROOT / lock).read_text(encoding="utf-8"))[1:]
    assert [e.splitlines()[0] for e in entries if not re.match(r"\S+==\S+ ", e)] == []
    assert [e.splitlines()[0] for e in entries if "--hash=sha256:" not in e] == []


def test_the_development_lock_holds_what_the_lock_holds() -> None:
    pinned = re.compile(r"^[a-z0-9][^ ]*==[^ ]+", re.MULTILINE)
    locks = [
        set(pinned.findall((ROOT / name).read_text(encoding="utf-8")))
        for name in ("requirements.lock", "requirements-dev.lock")
    ]
    assert locks[0] - locks[1] == set()


def test_the_licence_is_there() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["license"] == "Apache-2.0"
    assert "Version 2.0, January 2004" in (ROOT / "LICENSE").read_text(encoding="utf-8")


@pytest.mark.parametrize("command", ["make demo", "make test"])
def test_the_readme_names_the_command_and_make_has_it(command: str) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert re.search(rf"^{command}\b", readme, re.MULTILINE)
    assert re.search(rf"^{command.split()[1]}:", makefile, re.MULTILINE)


def test_links_between_documents_lead_somewhere() -> None:
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]
    broken = [
        f"{page.relative_to(ROOT)}: {target}"
        for page in pages
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text(encoding="utf-8"))
        if not (page.parent / target).exists()
    ]
    assert broken == []


def test_an_exception_names_a_function_that_is_there_and_its_reason() -> None:
    known = {
        f"{source.path}::{name}"
        for source in tree.files(suffix=".py", under=CODE_ROOTS)
        for name, _ in rules.functions(source)
    }
    assert set(rules.EXCEPTIONS) - known == set()
    assert [name for name, reason in rules.EXCEPTIONS.items() if len(reason.split()) < 3] == []
