"""Investigation rooms: known to their people alone, sealed, and confirmed by a stranger."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.fixtures.governing import user
from tests.fixtures.networking import RING, SEEDS, edges, platform_told
from tests.fixtures.site import Site
from tests.networks.stored.asking import call, told
from tutela.domain.vocabulary import Role
from tutela_verify import NotAnExport, verify_pack
from tutela_verify.cli import main as verify_main

ROOMS = "/v1/rooms"
OPENING: dict[str, Any] = {"title": "ring of tokens 4f1c", "reason": "three reports name it"}
LEFT: dict[str, Any] = {"reason": "for the authority"}


@pytest_asyncio.fixture
async def room(web: Site) -> dict[str, Any]:
    """A room that a lead opened."""
    return await told(web, to=f"POST {ROOMS}", **OPENING)


async def wrote(web: Site, *, room: dict[str, Any], **said: str) -> dict[str, Any]:
    body: dict[str, Any] = dict(said)
    return await told(web, to=f"POST {ROOMS}/{room['id']}/entries", **body)


async def test_a_room_is_opened_once_and_its_people_alone_know_of_it(web: Site) -> None:
    one = await call(web, to=f"POST {ROOMS}", external_id="r-1", **OPENING)
    again = await call(web, to=f"POST {ROOMS}", external_id="r-1", **OPENING)
    assert (one.status_code, again.status_code) == (201, 200)
    assert one.json()["id"] == again.json()["id"]
    other = await call(web, to=f"POST {ROOMS}", external_id="r-1", title="x", reason="y")
    assert other.json()["code"] == "key_reused"
    room = f"{ROOMS}/{one.json()['id']}"
    for role in (Role.INVESTIGATOR, Role.SPECIALIST, Role.COMPLIANCE):
        assert (await call(web, to=f"GET {room}", role=role)).status_code == 404
        assert (await told(web, to=f"GET {ROOMS}", role=role))["rooms"] == []
    for role in (Role.REVIEWER, Role.AUDITOR, Role.ADMIN):
        assert (await call(web, to=f"GET {room}", role=role)).status_code == 403
    token = await web.token(Role.LEAD)
    program = await web.post(ROOMS, body=OPENING, authorization=f"Bearer {token}")
    assert program.json()["code"] == "needs_person"


async def test_people_are_added_and_removed_and_somebody_who_may_write_stays(
    web: Site, room: dict[str, Any]
) -> None:
    at = f"{ROOMS}/{room['id']}"
    for name, role in (("p-investigator", Role.INVESTIGATOR), ("p-compliance", Role.COMPLIANCE)):
        await user(web.house, name=name, role=role)
        await told(web, to=f"POST {at}/people", person=name)
    assert (await call(web, to=f"GET {at}", role=Role.INVESTIGATOR)).status_code == 200
    note: dict[str, Any] = {"kind": "note", "text": "x"}
    read_only = await call(web, to=f"POST {at}/entries", role=Role.COMPLIANCE, **note)
    assert read_only.status_code == 403
    for person, status in (("nobody", 404), ("p\x00", 422), ("p-reviewer", 422)):
        await user(web.house, name="p-reviewer", role=Role.REVIEWER)
        assert (await call(web, to=f"POST {at}/people", person=person)).status_code == status
    gone = await call(web, to=f"POST {at}/people/remove", person="p-investigator")
    assert gone.status_code == 204
    assert (await call(web, to=f"GET {at}", role=Role.INVESTIGATOR)).status_code == 404
    last = await call(web, to=f"POST {at}/people/remove", person="p-lead")
    assert last.json()["errors"][0]["pointer"] == "/person"
    shown = await told(web, to=f"GET {at}")
    assert [each["name"] for each in shown["people"]] == ["p-lead", "p-compliance"]
    assert [each["kind"] for each in shown["entries"]] == [
        "opened",
        "person_added",
        "person_added",
        "person_removed",
    ]
    assert {each["by"] for each in shown["looks"]} >= {"p-lead", "p-investigator"}


async def test_what_does_not_fit_is_named_and_nothing_is_written(
    web: Site, room: dict[str, Any]
) -> None:
    at = f"POST {ROOMS}/{room['id']}/entries"
    wrongs: list[tuple[dict[str, Any], str]] = [
        ({"kind": "note", "text": " \u200b"}, "/text"),
        ({"kind": "seed", "text": "x"}, "/ref"),
        ({"kind": "closed", "text": "x"}, "/kind"),
        ({"kind": "run", "ref": "nothing"}, "/ref"),
        ({"kind": "note", "text": "x", "more": 1}, "/more"),
    ]
    for said, pointer in wrongs:
        wrong = await call(web, to=at, **said)
        assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (422, pointer)
    first = await call(web, to=at, kind="note", text="token 9b07", external_id="n")
    again = await call(web, to=at, kind="note", text="token 9b07", external_id="n")
    assert first.json()["size"] == again.json()["size"] == 2
    other = await call(web, to=at, kind="note", text="other", external_id="n")
    assert other.json()["code"] == "key_reused"


async def test_a_closed_room_is_read_and_not_written_in_until_it_is_opened_again(
    web: Site, room: dict[str, Any]
) -> None:
    at = f"{ROOMS}/{room['id']}"
    note: dict[str, Any] = {"kind": "note", "text": "x"}
    assert (await told(web, to=f"POST {at}/close", reason="over"))["state"] == "closed"
    refused = await call(web, to=f"POST {at}/entries", **note)
    assert refused.json()["code"] == "illegal_state"
    assert (await call(web, to=f"POST {at}/close", reason="x")).json()["code"] == "illegal_state"
    assert [each["id"] for each in (await told(web, to=f"GET {ROOMS}?state=closed"))["rooms"]]
    assert (await told(web, to=f"POST {at}/reopen", reason="more"))["closed_at"] is None
    assert (await call(web, to=f"POST {at}/entries", **note)).status_code == 201


async def test_a_search_begins_with_the_seeds_of_the_room_and_is_an_entry(
    web: Site, room: dict[str, Any]
) -> None:
    await platform_told(web, pairs=edges())
    at = f"{ROOMS}/{room['id']}"
    none = await call(web, to=f"POST {at}/search", reason="x")
    assert none.json()["errors"][0]["pointer"] == "/seeds"
    for seed in (*SEEDS, SEEDS[0], "unknown-account"):
        await wrote(web, room=room, kind="seed", ref=seed)
    run = await told(web, to=f"POST {at}/search", reason="who else", external_id="s")
    assert run["seeds"] == len(SEEDS)
    again = await told(web, to=f"POST {at}/search", reason="who else", external_id="s")
    assert again["id"] == run["id"]
    entries = (await told(web, to=f"GET {at}"))["entries"]
    assert [each["ref"] for each in entries if each["kind"] == "run"] == [run["id"]]


async def test_what_is_said_lies_sealed_and_its_leaves_name_nobody(
    web: Site, room: dict[str, Any]
) -> None:
    await wrote(web, room=room, kind="account", ref=RING[0], text="token 9b07")
    secrets = (OPENING["title"], OPENING["reason"], RING[0], "token 9b07", "p-lead")
    leaves = await web.house.rows(
        "SELECT convert_from(content, 'UTF8') FROM ledger_leaf"
        " WHERE fact_type LIKE 'investigation.%%'"
    )
    assert len(leaves) == 2
    rows = await web.house.rows(
        "SELECT row_to_json(e)::text FROM investigation_entry e"
        " UNION ALL SELECT row_to_json(i)::text FROM investigation i"
    )
    for (text,) in (*leaves, *rows):
        held = text.replace('"p-lead"', "")
        assert not any(secret in held or secret.encode().hex() in held for secret in secrets)
    await web.house.rows("UPDATE investigation SET sealed_key = '\\x00'::bytea || sealed_key")
    broken = await call(web, to=f"GET {ROOMS}/{room['id']}")
    assert broken.json()["code"] == "seal_broken"


async def pack(web: Site, *, room: dict[str, Any], path: Path, **said: str) -> bytes:
    """The pack of a room, once the ledger has caught up."""
    await web.house.sequencer.sequence_all()
    taken = await call(web, to=f"POST {ROOMS}/{room['id']}/export", **{**LEFT, **said})
    assert taken.status_code == 200, taken.text
    return _written(path, text=taken.content).read_bytes()


async def test_a_stranger_confirms_a_pack_and_refutes_every_change_of_it(
    web: Site, room: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hostile = "<script>\u202e \U0001f9ff \u0645\u0631\u062d\u0628\u0627 " + "x" * 2000
    await wrote(web, room=room, kind="note", text=hostile)
    await wrote(web, room=room, kind="evidence", ref="case 1", text="seen")
    early = await call(web, to=f"POST {ROOMS}/{room['id']}/export", **LEFT)
    assert early.json()["code"] == "not_in_ledger_yet"
    path = tmp_path / "room.pack"
    text = await pack(web, room=room, path=path)
    key = base64.b64encode(web.house.keys.public_key).decode()
    verdict = verify_pack(path, trusted_keys=[key])
    assert (verdict.ok, verdict.entries, verdict.room) == (True, 3, room["id"])
    assert verify_main([str(path), "--key", key]) == 0
    assert "entries: 3" in capsys.readouterr().out
    assert hostile in json.loads(text.splitlines()[4].partition(b"\t")[2])["body"]["text"]
    shown = await told(web, to=f"GET {ROOMS}/{room['id']}")
    assert shown["entries"][-1]["kind"] == "taken_out"
    _refutes_every_change(path, text=text, key=key)
    stranger = base64.b64encode(bytes(32)).decode()
    assert not verify_pack(_written(path, text=text), trusted_keys=[stranger]).ok


def _refutes_every_change(path: Path, *, text: bytes, key: str) -> None:
    lines = text.splitlines(keepends=True)
    first = next(n for n, line in enumerate(lines) if line.startswith(b"entry"))
    changed = {
        "an entry left out": [*lines[: first + 1], *lines[first + 2 :]],
        "the last entry left out": [*lines[:-2], lines[-1]],
        "two entries swapped": [
            *lines[:first],
            lines[first + 1],
            lines[first],
            *lines[first + 2 :],
        ],
        "words changed": [line.replace(b"seen", b"seem") for line in lines],
        "a kind changed": [
            line.replace(b"investigation.evidence", b"investigation.note") for line in lines
        ],
        "cut": lines[:-1],
        "a time changed": [
            line.replace(b'"exported_at":"2', b'"exported_at":"3') for line in lines
        ],
    }
    for what, parts in changed.items():
        assert b"".join(parts) != text, what
        verdict = verify_pack(_written(path, text=b"".join(parts)), trusted_keys=[key])
        assert not verdict.ok, what
        assert verdict.first_fault is not None
    with pytest.raises(NotAnExport):
        verify_pack(_written(path, text=b"log\t{}\n"))


def _written(path: Path, *, text: bytes) -> Path:
    path.write_bytes(text)
    return path


async def test_a_pack_without_what_was_said_holds_no_word_of_it(
    web: Site, room: dict[str, Any], tmp_path: Path
) -> None:
    await wrote(web, room=room, kind="account", ref=RING[0], text="token 9b07")
    path = tmp_path / "room.pack"
    text = await pack(web, room=room, path=path, contents="left_out")
    verdict = verify_pack(path)
    assert (verdict.ok, verdict.entries, verdict.contents) == (True, 2, "left_out")
    for secret in (RING[0], "token 9b07", OPENING["title"], "p-lead"):
        assert secret.encode() not in text
