"""Notices as clients send them."""

import json
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx

JSON = {"Content-Type": "application/json"}


def a_notice(**fields: object) -> dict[str, object]:
    """A notice about a new subject, with a new external id."""
    return {
        "external_id": secrets.token_hex(8),
        "category": "STATEMENT_CATEGORY_SCAMS_AND_FRAUD",
        "subjects": [{"kind": "content", "id": f"subject-{secrets.token_hex(8)}"}],
        **fields,
    }


def send(client: httpx.Client, *, notice: Mapping[str, object]) -> dict[str, Any] | None:
    """The acknowledgement; None where there was none, which means: send it again."""
    try:
        answer = client.post("/v1/notices", content=json.dumps(notice), headers=JSON)
    except httpx.TransportError:
        return None
    if answer.status_code in {429, 503}:
        return None
    assert answer.status_code in {200, 201}, answer.text
    acknowledged: dict[str, Any] = answer.json()
    return acknowledged


def has_its_place(client: httpx.Client, *, acknowledged: Mapping[str, Any]) -> bool:
    """Whether the inclusion of an acknowledged notice can be proved."""
    leaf_hash = acknowledged["receipt"]["leaf_hash"]
    try:
        return client.get(f"/v1/ledger/proof/{leaf_hash}").status_code == 200
    except httpx.TransportError:
        return False


def write_lines(path: Path, *, lines: Sequence[object]) -> Path:
    """A file of JSON Lines; texts and bytes are written as they are."""
    with path.open("wb") as file:
        for line in lines:
            raw = line if isinstance(line, bytes) else json.dumps(line).encode()
            file.write(raw + b"\n")
    return path
