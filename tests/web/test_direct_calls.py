import pytest
from starlette.types import Scope

from tests.fixtures.site import Site, notice
from tutela.guard.asking import Surface


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "/v1/notices", 401),
        ("PUT", "/v1/notices", 405),
        ("POST", "/v1/notices/", 404),
        ("GET", "/v1/ledger/proof/00", 404),
        ("GET", "/v1/nothing", 404),
    ],
)
async def test_the_short_way_answers_as_the_long_one(
    web: Site, *, method: str, path: str, status: int
) -> None:
    answer = await web.client.request(method, path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_notice_passes_no_layer_between_server_and_endpoint(web: Site) -> None:
    seen: list[Scope] = []
    headers = {"authorization": f"Bearer {await web.token()}"}

    async def recorded(scope: Scope, receive: object, send: object) -> None:
        seen.append(scope)

    web.application.middleware_stack = recorded
    answer = await web.client.post("/v1/notices", json=notice(), headers=headers)
    assert answer.status_code == 201
    assert seen == []


async def test_no_search_waits_for_a_layer_between_server_and_endpoint(web: Site) -> None:
    seen: list[str] = []
    headers = {"authorization": f"Bearer {await web.token()}"}

    async def recorded(scope: Scope, receive: object, send: object) -> None:
        seen.append(scope["path"])

    web.application.middleware_stack = recorded
    asked = {"items": [{"kind": "text", "value": "garden"}]}
    for surface in Surface:
        answer = await web.client.post(f"/v1/guard/{surface}", json=asked, headers=headers)
        assert answer.status_code == 200
    assert seen == []
