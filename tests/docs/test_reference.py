"""The reference leaves nothing out: what is generated is up to date, and all that is there is."""

import json
import re
from enum import StrEnum
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

import tutela_verify
from tests.house.tree import ROOT
from tools import reference
from tools.reference_calls import every_call
from tools.reference_fields import reachable
from tools.reference_lists import every_error
from tools.reference_tables import remarks
from tools.reference_use import every_command
from tutela.access.roles import Right
from tutela.decisions.words import Told
from tutela.domain import decision, lanes, statement, states, vocabulary
from tutela.domain.statement import Statement
from tutela.domain.states import STATE_TABLES
from tutela.domain.vocabulary import Role
from tutela.reconciliation.reconcile import MEANINGS
from tutela.settings import described
from tutela.web.operations import OPERATIONS
from tutela.web.problem import Problem

REFERENCE = ROOT / "docs" / "reference"
HTTP = REFERENCE / "http.md"
ALARMS = ROOT / "docs" / "how-to" / "read-the-status-page-and-alarms.md"
FORMATS = REFERENCE / "ledger-formats.md"
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
#: Lists that no body and no answer speaks of.
WITHIN = {decision.Division}


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def test_what_is_generated_is_up_to_date() -> None:
    stale = [path.name for path, text in reference.pages() if text_of(path) != text]
    assert stale == [], "python -m tools.reference"


def test_every_call_is_described() -> None:
    calls = {name.removeprefix("call ") for name in reference.names_in(HTTP) if "call " in name}
    assert calls == set(every_call()) == set(OPERATIONS)


def test_every_body_and_answer_is_described_field_by_field() -> None:
    kinds = [kind for operation in OPERATIONS.values() for kind in operation.kinds]
    wanted = {
        f"{kind.__module__.removeprefix('tutela.')}.{kind.__name__}"
        for kind in reachable([*kinds, Problem, Statement, Told])
    }
    told = {name.removeprefix("fields ") for name in reference.names_in(HTTP) if "fields " in name}
    assert told == wanted


def test_every_field_has_its_meaning() -> None:
    blank = [
        f"{found['name']}: {row}"
        for found in reference.BLOCK.finditer(text_of(HTTP))
        if found["name"].startswith("fields ")
        for row in found["text"].splitlines()
        if re.search(r"\|\s*\|$", row)
    ]
    assert blank == []


def test_every_closed_list_is_told() -> None:
    lists = {
        kind
        for module in (vocabulary, lanes, statement, decision)
        for kind in vars(module).values()
        if isinstance(kind, type) and issubclass(kind, StrEnum)
        if kind.__module__ == module.__name__
    }
    names = set(reference.names_in(REFERENCE / "vocabulary.md"))
    lacking = {
        kind
        for kind in lists - WITHIN - {vocabulary.Role}
        if f"list {kind.__module__.removeprefix('tutela.')}.{kind.__name__}" not in names
    }
    assert lacking == set()


@pytest.mark.parametrize("kind", STATE_TABLES, ids=lambda kind: kind.__name__)
def test_every_state_table_is_drawn_with_the_cause_of_each_move(
    kind: type[states.ItemState],
) -> None:
    block = reference.generated(f"states {kind.__name__}")
    assert block in text_of(REFERENCE / "states.md")
    for (before, event), after in STATE_TABLES[kind].moves.items():
        assert f"    {before} --> {after}: {event}" in block
        assert remarks(STATE_TABLES[kind].events)[event] in block


@pytest.mark.parametrize(
    ("page", "names"),
    [
        ("settings.md", [setting.variable for setting in described().values()]),
        ("commands.md", [name for name, _ in every_command()]),
        ("errors.md", sorted({error.code for error in every_error()})),
        ("roles.md", [*Role, *Right]),
    ],
)
def test_every_name_stands_on_its_page(page: str, names: list[str]) -> None:
    text = text_of(REFERENCE / page)
    assert [name for name in names if not re.search(rf"`{re.escape(name)}[` ]", text)] == []


def test_every_check_says_what_to_do() -> None:
    by_hand = reference.BLOCK.sub("", text_of(ALARMS))
    told = re.findall(r"^\| `(\w+)` \| \S", by_hand, re.MULTILINE)
    assert sorted(told) == sorted(MEANINGS)


def test_every_link_to_a_heading_finds_it() -> None:
    broken = [
        f"{page.name}: {target}#{anchor}"
        for page in PAGES
        for target, anchor in re.findall(r"\]\((?!https?:)([^)#]*)#([^)]+)\)", text_of(page))
        if anchor not in anchors((page.parent / target) if target else page)
    ]
    assert broken == []


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", text_of(page), re.MULTILINE)
    return {
        re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-") for heading in headings
    }


def part(title: str) -> str:
    """A block of the worked example."""
    found = re.search(
        rf"^{re.escape(title)}[^\n]*:\n\n```text\n(.*?)\n```$",
        text_of(FORMATS),
        re.DOTALL | re.MULTILINE,
    )
    assert found, title
    return found[1]


def test_the_worked_leaf_can_be_recomputed_by_hand() -> None:
    nonce, body = bytes.fromhex(part("The nonce")), part("The body").encode()
    content = part("The content of leaf 0")
    assert json.loads(content)["body_commitment"] == sha256(nonce + body).hexdigest()
    assert part("Its hash") == sha256(b"\0" + content.encode()).hexdigest()


def test_the_worked_receipt_is_signed_over_the_promise() -> None:
    key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(part("The signing key's seed")))
    receipt = json.loads(part("The receipt"))
    tutela_verify.verify_receipt(receipt, public_key=key.public_key().public_bytes_raw())
    assert receipt["leaf_hash"] == part("Its hash")


def test_the_worked_proofs_lead_to_their_heads() -> None:
    lines = [line.split("\t") for line in part("The export").splitlines()]
    (key,) = (json.loads(text)["public_key"] for kind, text in lines if kind == "key")
    old, new = (json.loads(text) for kind, text in lines if kind == "head")
    tutela_verify.verify_inclusion(
        json.loads(part("The inclusion proof")),
        trusted_keys=[key],
        receipt=json.loads(part("The receipt")),
    )
    tutela_verify.verify_consistency(
        json.loads(part("The consistency proof")), old_head=old, new_head=new, trusted_keys=[key]
    )


def test_the_worked_export_is_verified_and_its_every_field_is_told(tmp_path: Path) -> None:
    file = tmp_path / "example.txt"
    file.write_text(part("The export") + "\n", encoding="utf-8")
    verdict = tutela_verify.verify_export(file)
    assert verdict.ok, verdict.first_fault
    by_hand = reference.BLOCK.sub("", text_of(FORMATS))
    lines = [json.loads(line.partition("\t")[2]) for line in part("The export").splitlines()]
    fields = {name for line in lines for name in line} | {"batch_path", "valid_to", "code"}
    assert [name for name in sorted(fields) if not re.search(rf"\b{name}\b", by_hand)] == []


def test_the_fields_of_head_and_proofs_are_told() -> None:
    by_hand = reference.BLOCK.sub("", text_of(FORMATS))
    answers = [
        json.loads(part(title)) for title in ("The inclusion proof", "The consistency proof")
    ]
    assert [name for answer in answers for name in answer if name not in by_hand] == []
