"""Every case of the reference, over real HTTP, answered word for word; skips without the cases."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.fixtures.transparency import standing
from tests.house.tree import ROOT
from tutela.drills.transparency_database.database import Holder

CASES = ROOT.parent / "shared" / "reference" / "dsa" / "sor-cases.jsonl"

needs_cases = pytest.mark.skipif(not CASES.is_file(), reason="the reference cases aren't here")


def cases() -> list[dict[str, Any]]:
    return [json.loads(line) for line in CASES.read_text(encoding="utf-8").splitlines()]


def first_messages(body: dict[str, Any]) -> dict[str, str]:
    """Field -> first message; in a batch `statement_N.field`."""
    found: dict[str, str] = {}
    for field, messages in body.get("errors", {}).items():
        if isinstance(messages, dict):
            found |= {f"{field}.{inner}": each[0] for inner, each in messages.items()}
        elif field != "existing_puids":
            found[field] = messages[0]
    return found


@needs_cases
async def test_every_case_is_answered_word_for_word() -> None:
    tokens = {case["name"]: Holder(platform=case["name"]) for case in cases()}
    differences = []
    async with standing(tokens=tokens) as there:
        for case in cases():
            there.hand.seconds += 1
            path = case["endpoint"].partition(" ")[2]
            response = await there.post(path, body=case["payload"], token=case["name"])
            body = response.json()
            answered = (response.status_code, first_messages(body))
            if answered != (case["http_status"], case["errors"]):
                differences.append((case["name"], answered))
            # one case of the single call leaves its message out
            silent = None if path.endswith("s") else body.get("message")
            if body.get("message") != case.get("message", silent):
                differences.append((case["name"], body))
            if body != case.get("response_body", body):
                differences.append((case["name"], body))
    assert differences == []


@needs_cases
async def test_what_a_case_says_is_stored_is_in_the_row(tmp_path: Path) -> None:
    stored = [case for case in cases() if "stored" in case]
    tokens = {case["name"]: Holder(platform=case["name"]) for case in stored}
    rows: dict[str, list[dict[str, Any]]] = {case["name"]: [] for case in stored}
    store = tmp_path / "rows"
    async with standing(tokens=tokens, store=store) as there:
        for case in stored:
            path = case["endpoint"].partition(" ")[2]
            await there.post(path, body=case["payload"], token=case["name"])
    for line in store.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        rows[row["platform_name"]].append(row)
    assert [
        case["name"] for case in stored if not is_stored(case["stored"], rows=rows[case["name"]])
    ] == []


def is_stored(expected: dict[str, Any], *, rows: list[dict[str, Any]]) -> bool:
    """Whether each expected field stands: `field`, or `statements[N].field` in a batch."""
    for place, value in expected.items():
        head, dot, field = place.rpartition(".")
        row = rows[int(head.removeprefix("statements[").removesuffix("]"))] if dot else rows[0]
        if row[field] != value:
            return False
    return True
