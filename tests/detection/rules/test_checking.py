from pathlib import Path
from typing import Any

import pytest

from tests.detection.rules.policies import VOCABULARY, content, load, policy, write
from tutela.detection.rules import checking, examples
from tutela.detection.rules.facts import Why, facts_of
from tutela.detection.rules.findings import Finding, RulesUnfit
from tutela.detection.rules.policies import evaluate
from tutela.detection.rules.yaml_file import parse_yaml
from tutela.domain.signals import Result


def findings(path: Path, *policies: dict[str, Any], **head: object) -> tuple[Finding, ...]:
    with pytest.raises(RulesUnfit) as refused:
        load(path, *policies, **head)
    return refused.value.findings


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "policies.yaml"


def test_the_policies_to_begin_with_can_be_used(file: Path) -> None:
    file.write_text(examples.first(), encoding="utf-8")
    found = checking.load(file, vocabulary=VOCABULARY)
    assert found.policies
    assert list(checking.prove(found)) == []


TEST = {"name": "x", "event": content(text="token"), "expect": "match"}
OTHER = {"name": "y", "event": content(text="other"), "expect": "no_match"}


@pytest.mark.parametrize(
    ("change", "pointer", "part"),
    [
        ({"when": "content.txt == ''"}, "/when", "did you mean content.text?"),
        ({"version": "1"}, "/version", "expected `int`"),
        ({"version": 0}, "/version", "expected `int` >= 1"),
        ({"id": "A Policy"}, "/id", "regex"),
        ({"onwer": "a"}, "/onwer", "no such field"),
        ({"owner": ""}, "/owner", "length >= 1"),
        ({"mode": "dead"}, "/mode", "invalid enum value"),
        ({"events": []}, "/events", "length >= 1"),
        ({"events": ["kontent"]}, "/events/0", "no such event; there are account, content"),
        ({"legal_basis": ["hope"]}, "/legal_basis/0", "no such basis; there are"),
        ({"action": {"do": "suspend"}}, "/action/do", "invalid enum value"),
        ({"action": {"do": "open_case"}}, "/action", "lacks the field `category`"),
        ({"action": {"do": "label"}}, "/action", "lacks the field `labels`"),
        ({"tests": [TEST]}, "/tests", "length >= 2"),
        ({"tests": [TEST, TEST]}, "/tests", "no test that expects no_match"),
        ({"tests": [TEST, OTHER | {"expect": "match"}]}, "/tests", "expects no_match"),
        ({"tests": [TEST, OTHER, OTHER | {"expect": "match"}]}, "/tests/2/expect", "no_match"),
        ({"tests": [TEST, OTHER | {"event": {"type": "x"}}]}, "/tests/1/event", "is none that"),
        ({"tests": [TEST, OTHER | {"signals": {"t": "match"}}]}, "/tests/1/signals/t", "hashes"),
    ],
)
def test_what_is_wrong_with_a_policy_is_said_with_its_place(
    file: Path, change: dict[str, Any], pointer: str, part: str
) -> None:
    (found,) = findings(file, policy(**change))
    assert found.pointer == f"/policies/0{pointer}"
    assert part in found.message
    assert found.file == str(file)
    assert found.line is not None


def test_all_that_is_wrong_is_said_at_once(file: Path) -> None:
    found = findings(
        file, policy("content.txt == ''"), policy("content.text > 3", id="other"), policy(id="c")
    )
    assert [each.pointer for each in found] == ["/policies/0/when", "/policies/1/when"]


@pytest.mark.parametrize(
    ("written", "line", "column"),
    [
        ("when: content.txt == ''", 2, 14),
        ("when: \"content.txt == ''\"", 2, 15),
        ("when: |\n    content.txt == ''", 3, 12),
        ("when: |\n\n    content.text == ''\n      && content.txt == ''", 5, 17),
    ],
)
def test_the_caret_stands_where_the_expression_is_wrong(
    tmp_path: Path, written: str, line: int, column: int
) -> None:
    text = f"policies:\n{written}\n"
    file = parse_yaml(text, name="f")
    assert isinstance(file.value, dict)
    starts = file.text_starts("/when")
    path = tmp_path / "f.yaml"
    whole = write(path, policy()).read_text(encoding="utf-8")
    path.write_text(
        whole.replace("when: content.text == 'token'", written.replace("\n", "\n  ")),
        encoding="utf-8",
    )
    with pytest.raises(RulesUnfit) as refused:
        checking.load(path, vocabulary=VOCABULARY)
    (found,) = refused.value.findings
    lines = path.read_text(encoding="utf-8").split("\n")
    assert starts is not None
    assert found.line is not None
    assert found.column is not None
    assert lines[found.line - 1][found.column - 1 :].startswith(".txt")
    expression, caret = found.shown
    assert expression[len(caret) - 1 :].startswith(".txt")
    first = next(n for n, each in enumerate(lines, 1) if "when:" in each)
    assert (found.line - first, found.column) == (line - 2, column + 2)


@pytest.mark.parametrize(
    ("text", "line", "part"),
    [
        ("", None, "empty"),
        ("- a\n- b\n", 1, "expected `object`"),
        ("tutela_rules: 2\npolicies: [1]\n", 1, "a format that this version does not read"),
        ("tutela_rules: 1\npolicies: []\n", 2, "length >= 1"),
        ("tutela_rules: 1\npolicies: [1]\n", 2, "expected `object`"),
        ("tutela_rules: 1\ntutela_rules: 1\n", 2, "stands here twice"),
        ("tutela_rules: &a 1\npolicies: *a\n", 1, "an alias"),
        ("a: !!python/name:os.system x\n", 1, "a tag"),
        ("a: 1\n---\nb: 2\n", 2, "another document"),
        ("a: [1\n", 2, "not YAML"),
        ("a: 1\n\tb: 2\n", 2, "not YAML"),
        ("a: \x07\n", 1, "a character that is not allowed"),
        ("[" * 5_000, 1, "nested too deeply"),
        ("? [a]\n: b\n", 1, "a name is a text"),
        ("a: !!int x\n", 1, "a tag"),
    ],
)
def test_a_file_that_is_none_is_refused_with_the_line(
    file: Path, text: str, line: int | None, part: str
) -> None:
    file.write_text(text, encoding="utf-8")
    with pytest.raises(RulesUnfit, match=part) as refused:
        checking.load(file, vocabulary=VOCABULARY)
    assert refused.value.findings[0].line == line


def test_a_file_that_is_not_utf_8_or_is_not_there_is_refused(file: Path) -> None:
    with pytest.raises(RulesUnfit, match="No such file"):
        checking.load(file, vocabulary=VOCABULARY)
    file.write_bytes(b"a: 1\nb: \xff\n")
    with pytest.raises(RulesUnfit, match=":2: not UTF-8"):
        checking.load(file, vocabulary=VOCABULARY)
    file.write_bytes(b"#" * (4 * 1024 * 1024 + 1))
    with pytest.raises(RulesUnfit, match="more than 4194304 bytes"):
        checking.load(file, vocabulary=VOCABULARY)


def test_a_byte_order_mark_and_words_that_yaml_knows_otherwise_are_what_they_look_like(
    file: Path,
) -> None:
    write(file, policy(owner="no", title="2026-11-20"))
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes().replace(b"'no'", b"no"))
    (found,) = checking.load(file, vocabulary=VOCABULARY).policies
    assert (found.owner, found.title) == ("no", "2026-11-20")


def test_an_id_stands_once_in_each_mode_and_a_shadow_is_newer(file: Path) -> None:
    twice = findings(file, policy(), policy())
    assert "stands twice as live" in twice[0].message
    stale = findings(file, policy(version=2), policy(version=2, mode="shadow"))
    assert "not newer than the live version, 2" in stale[0].message
    assert load(file, policy(version=2), policy(version=3, mode="shadow")).policies


def test_a_folder_is_read_whole_and_ids_are_held_against_each_other(tmp_path: Path) -> None:
    write(tmp_path / "a.yaml", policy())
    write(tmp_path / "b.yml", policy(id="other"))
    (tmp_path / "notes.txt").write_text("nothing", encoding="utf-8")
    found = checking.load(tmp_path, vocabulary=VOCABULARY)
    assert [each.id for each in found.policies] == ["a-policy", "other"]
    write(tmp_path / "b.yml", policy())
    with pytest.raises(RulesUnfit, match=r"first in .*a\.yaml"):
        checking.load(tmp_path, vocabulary=VOCABULARY)


def test_a_folder_without_policies_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RulesUnfit, match="holds no file"):
        checking.load(tmp_path, vocabulary=VOCABULARY)


ACTIONS = {"create_post": {"data.post.count": "count", "data.user_id": "text"}}
ACTION = {"action_name": "create_post", "data": {"post": {"count": 60}, "user_id": "u"}}
ON_ACTION = {
    "events": ["create_post"],
    "tests": [
        {"name": "many", "event": ACTION, "expect": "match"},
        {"name": "one", "event": ACTION | {"data": {"post": {"count": 1}}}, "expect": "no_match"},
        {"name": "not told", "event": ACTION | {"data": {}}, "expect": "unavailable"},
        {
            "name": "a text",
            "event": ACTION | {"data": {"post": {"count": "60"}}},
            "expect": "unavailable",
        },
    ],
    "action": {"do": "label", "labels": [{"entity": "User", "label": "suspected_bot"}]},
}


def test_actions_of_osprey_are_declared_with_their_fields_and_labels(file: Path) -> None:
    found = load(file, policy("data.post.count > 50", **ON_ACTION), actions=ACTIONS)
    facts = facts_of(ACTION, vocabulary=found.vocabulary)
    (outcome,) = evaluate(found, facts=facts)
    assert outcome.result is Result.MATCH
    assert outcome.action is not None
    assert [each.label for each in outcome.action.labels] == ["suspected_bot"]
    text = facts_of(ACTION | {"data": {"post": {"count": "60"}}}, vocabulary=found.vocabulary)
    (unknown,) = evaluate(found, facts=text)
    assert (unknown.why, unknown.about) == (Why.NOT_AS_DECLARED, "data.post.count")


def test_a_field_of_an_action_that_nobody_declared_is_no_name(file: Path) -> None:
    (typo,) = findings(file, policy("data.post.cuont > 50", **ON_ACTION), actions=ACTIONS)
    assert "did you mean data.post.count?" in typo.message
    (twice,) = findings(
        file, policy("data.post.count > 50", **ON_ACTION), actions={**ACTIONS, "content": {}}
    )
    assert twice.message == "the name of a type of events"


def test_a_policy_on_two_events_must_type_on_both(file: Path) -> None:
    (found,) = findings(file, policy(events=["content", "edge"]))
    assert "undeclared reference to 'content.text'" in found.message
