"""The stand-in of the Transparency Database keeps to the database's API, over real HTTP."""

import asyncio
import json
from pathlib import Path

import pytest

from tests.fixtures.transparency import TOKEN, standing, statement
from tutela.drills.transparency_database.database import Holder
from tutela.drills.transparency_database.register import number_of, puid_digest

NOT_UNIQUE = "The identifier given is not unique within this platform."
NOT_ALL_UNIQUE = "The platform identifier(s) are not all unique within this call."
ONE, MANY = "/api/v1/statement", "/api/v1/statements"


def batch(*puids: object) -> dict[str, object]:
    return {"statements": [statement(puid=puid) for puid in puids]}


async def test_a_stored_statement_is_answered_with_what_the_database_gave_it() -> None:
    async with standing() as there:
        response = await there.post(ONE, body=statement())
    body = response.json()
    assert response.status_code == 201
    assert body["id"] == 1
    assert body["puid"] == "p-1"
    assert body["created_at"] == "2026-11-22 12:00:00"
    assert body["platform_name"] == "platform-1"
    assert body["self"].endswith(f"/api/v1/statement/{body['uuid']}")
    assert body["territorial_scope"] == ["AT", "DE"]
    assert body["end_date_account_restriction"] is None


async def test_a_batch_is_answered_in_its_order_without_ids() -> None:
    async with standing() as there:
        response = await there.post(MANY, body=batch("b", "a"))
    filed = response.json()["statements"]
    assert response.status_code == 201
    assert [each["puid"] for each in filed] == ["b", "a"]
    assert all("id" not in each and each["account_type"] is None for each in filed)


async def test_a_batch_with_one_bad_statement_stores_none() -> None:
    body = batch("a", "b")
    body["statements"] = [*body["statements"], statement(puid="c", category="NONE")]  # type: ignore[misc]
    async with standing() as there:
        response = await there.post(MANY, body=body)
        assert there.database.state()["stored"] == 0
    assert response.status_code == 422
    message = "The selected category is invalid."
    assert response.json() == {"errors": {"statement_2": {"category": [message]}}}


@pytest.mark.parametrize("statements", [None, [], "", {}])
async def test_a_batch_of_nothing_is_refused(statements: object) -> None:
    async with standing() as there:
        response = await there.post(MANY, body={"statements": statements})
    message = "The statements field is required."
    assert response.json() == {"message": message, "errors": {"statements": [message]}}


async def test_a_batch_of_101_is_refused() -> None:
    async with standing() as there:
        response = await there.post(MANY, body=batch(*range(101)))
    message = "The statements field must have between 1 and 100 items."
    assert response.status_code == 422
    assert response.json() == {"message": message, "errors": {"statements": [message]}}


async def test_a_batch_of_what_is_no_statement_is_a_server_error() -> None:
    async with standing() as there:
        response = await there.post(MANY, body={"statements": [statement(), "x"]})
    assert (response.status_code, response.json()) == (500, {"message": "Server Error"})


async def test_a_puid_is_taken_for_ever_within_its_platform_and_free_in_another() -> None:
    tokens = {name: Holder(platform=f"of {name}") for name in ("one", "two")}
    async with standing(tokens=tokens) as there:
        first = await there.post(ONE, body=statement(), token="one")
        again = await there.post(ONE, body=statement(), token="one")
        other = await there.post(ONE, body=statement(), token="two")
    assert [first.status_code, again.status_code, other.status_code] == [201, 422, 201]
    assert again.json() == {
        "message": NOT_UNIQUE,
        "errors": {"puid": [NOT_UNIQUE]},
        "existing": {"puid": "p-1"},
    }


async def test_a_batch_with_a_used_puid_names_it_and_stores_none() -> None:
    async with standing() as there:
        await there.post(ONE, body=statement(puid="b"))
        response = await there.post(MANY, body=batch("a", "b", "c"))
        assert there.database.state()["stored"] == 1
    errors = {"puid": [NOT_ALL_UNIQUE], "existing_puids": ["b"]}
    assert response.json() == {"message": NOT_ALL_UNIQUE, "errors": errors}


async def test_a_puid_written_as_a_number_comes_back_as_a_number_from_a_batch_of_its_own() -> None:
    async with standing() as there:
        response = await there.post(MANY, body=batch("7", 7, "07"))
    assert response.json()["errors"]["existing_puids"] == [7]


async def test_asking_for_a_puid_answers_302_without_a_target_or_404() -> None:
    async with standing() as there:
        await there.post(ONE, body=statement())
        found = await there.get("/api/v1/statement/existing-puid/p-1")
        missing = await there.get("/api/v1/statement/existing-puid/p-2")
    assert found.status_code == 302
    assert "location" not in found.headers
    assert found.json() == {"message": "statement of reason found", "puid": "p-1"}
    assert missing.status_code == 404
    assert missing.json() == {"message": "statement of reason not found", "puid": "p-2"}


async def test_a_statement_is_read_back_without_its_puid(tmp_path: Path) -> None:
    async with standing(store=tmp_path / "rows") as there:
        given = statement(content_type=["CONTENT_TYPE_VIDEO", "CONTENT_TYPE_TEXT"])
        filed = (await there.post(ONE, body=given)).json()
        read = await there.get(f"/api/v1/statement/{filed['uuid']}")
        unknown = await there.get("/api/v1/statement/00000000-0000-4000-8000-000000000001")
    assert read.json()["content_type"] == ["CONTENT_TYPE_TEXT", "CONTENT_TYPE_VIDEO"]
    assert "puid" not in read.json()
    assert unknown.status_code == 404
    assert number_of(filed["uuid"], seed=7) == 1


async def test_a_restart_on_the_same_file_knows_every_puid(tmp_path: Path) -> None:
    store = tmp_path / "rows"
    async with standing(store=store) as there:
        await there.post(MANY, body=batch("a", "b"))
    with store.open("ab") as file:
        file.write(b'{"puid": "half a line')
    async with standing(store=store) as there:
        again = await there.post(ONE, body=statement(puid="b"))
        await there.post(ONE, body=statement(puid="c"))
        assert there.database.state()["stored"] == 3
    assert again.status_code == 422
    assert [json.loads(line)["puid"] for line in store.read_text().splitlines()] == ["a", "b", "c"]


async def test_the_state_tells_which_puids_are_there_by_one_number() -> None:
    async with standing() as there:
        await there.post(MANY, body=batch("a", "b"))
        state = (await there.client.get("/stand-in/state")).json()
    total = (puid_digest("a") + puid_digest("b")) % 2**128
    assert state["platforms"] == {"platform-1": {"stored": 2, "puid_sum": f"{total:032x}"}}


@pytest.mark.parametrize("path", [ONE, MANY])
async def test_a_caller_without_a_token_or_the_right_is_turned_away(path: str) -> None:
    tokens = {"idle": Holder(platform="platform-1", may_file=False)}
    async with standing(tokens=tokens) as there:
        unknown = await there.post(path, body=statement())
        idle = await there.post(path, body=statement(), token="idle")
        page = await there.client.post(path, headers={"Accept": "text/html"})
    assert (unknown.status_code, unknown.json()) == (401, {"message": "Unauthenticated."})
    assert idle.status_code == 403
    assert idle.json() == {"message": "This action is unauthorized."}
    assert (page.status_code, page.has_redirect_location) == (302, True)


async def test_a_new_token_ends_the_old_one() -> None:
    async with standing() as there:
        rotation = {"token": TOKEN, "new": "2|new"}
        await there.client.post("/stand-in/token", json=rotation)
        old = await there.get("/api/ping")
        new = await there.get("/api/ping", token="2|new")
    assert old.status_code == 401
    assert new.json() == {"you_say": "ping", "i_say": "pong"}


async def test_a_caller_that_takes_no_json_is_redirected_instead_of_told() -> None:
    async with standing() as there:
        headers = {"Authorization": f"Bearer {TOKEN}", "Accept": "*/*"}
        response = await there.client.post(ONE, json={}, headers=headers)
    assert (response.status_code, response.has_redirect_location) == (302, True)


async def test_what_is_no_json_is_read_as_nothing() -> None:
    async with standing() as there:
        headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
        response = await there.client.post(ONE, content=b"{", headers=headers)
    assert response.json()["message"].endswith("are present. (and 13 more errors)")


async def test_a_user_that_overloads_the_service_waits_for_the_next_second() -> None:
    async with standing() as there:
        answers = [(await there.get("/api/ping")).status_code for _ in range(201)]
        last = await there.get("/api/ping")
        there.hand.seconds += 1
        later = await there.get("/api/ping")
    assert answers == [200] * 200 + [429]
    assert last.text == "Limit Reached. Please do not overload the API"
    assert last.headers["retry-after"] == "2"
    assert later.status_code == 200


async def test_calls_that_are_not_there_say_so() -> None:
    async with standing() as there:
        missing = await there.get("/api/v2/statement")
        method = await there.get(ONE)
        written = await there.post("/api/ping", body={})
    assert missing.json() == {"message": "The route api/v2/statement could not be found."}
    assert method.status_code == 405
    assert written.status_code == 405


@pytest.mark.parametrize(
    ("header", "status"),
    [
        ("content-length: 17000000", 413),
        ("content-length: -1", 400),
        ("transfer-encoding: chunked", 411),
    ],
)
async def test_a_body_that_is_not_read_is_refused(header: str, status: int) -> None:
    async with standing() as there:
        host, port = there.url.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(f"POST {ONE} HTTP/1.1\r\n{header}\r\n\r\n".encode())
        first = await reader.readline()
        writer.close()
    assert first.split()[1] == str(status).encode()
