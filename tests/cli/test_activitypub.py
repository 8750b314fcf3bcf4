"""A Flag at a service as it really runs, beside a federated server."""

import json
from datetime import UTC, datetime
from pathlib import Path

import httpx

from tests.fixtures.federation import How, Signed, federated, rsa_key, sign_draft, sign_rfc9421
from tests.fixtures.service import RunningTutela, running


async def test_signed_flags_reach_the_queue_of_a_running_service(migrated_folder: Path) -> None:
    environment = {"TUTELA_OUTSIDE_ALLOWED": "127.0.0.0/8"}
    with running(RunningTutela(migrated_folder, environment=environment)) as service:
        lead = service.token(role="lead")
        async with (
            federated() as server,
            httpx.AsyncClient(base_url=service.base_url, trust_env=False, timeout=30) as client,
        ):
            server.publish_actor(rsa_key())
            url = f"{service.base_url}/activitypub/inbox"
            now = datetime.now(UTC)
            older = sign_draft(server.flag(), key=rsa_key(), key_id=server.key_id, at=now, url=url)
            how = How(key=rsa_key(), key_id=server.key_id, at=now, url=url)
            newer = sign_rfc9421(server.flag(id=f"{server.url}/flags/2"), how=how)
            taken = [await send(client, signed=each) for each in (older, newer)]
            again = await send(client, signed=older)
            forged = await send(client, signed=Signed(older.body + b" ", older.headers))
        assert [each.status_code for each in taken] == [202, 202], taken[0].text
        assert again.json()["code"] == "replayed"
        assert forged.json()["code"] == "digest_wrong"
        assert server.hits == ["/actor"]
        with service.client(lead) as reviewer:
            ids = [case["id"] for case in reviewer.get("/v1/cases").json()["cases"]]
            seen = [reviewer.get(f"/v1/cases/{case_id}").json() for case_id in ids]
        assert len(seen) == 2
        assert all("token 4f1c sells token 9b07" in json.dumps(case) for case in seen)


async def send(client: httpx.AsyncClient, *, signed: Signed) -> httpx.Response:
    return await client.post("/activitypub/inbox", content=signed.body, headers={**signed.headers})
