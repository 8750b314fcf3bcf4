"""Accounts of AT Protocol report to a service that really runs, with no token of ours."""

import asyncio
from pathlib import Path

import pytest
from atproto import Client, models
from atproto_client import exceptions

from tests.fixtures.accounts import Account, directory
from tests.fixtures.service import RunningTutela, running

DID = "did:web:moderation.example.org"


async def test_accounts_of_both_methods_and_kinds_report_to_a_running_service(
    migrated_folder: Path,
) -> None:
    async with directory() as known:
        environment = {
            "TUTELA_PLC_DIRECTORY": known.url,
            "TUTELA_OUTSIDE_ALLOWED": "127.0.0.0/8,::1/128",
            "TUTELA_SERVICE_DID": DID,
        }
        with running(RunningTutela(migrated_folder, environment=environment)) as service:
            service.token()
            for algorithm, method in (("ES256K", "plc"), ("ES256", "web")):
                account = known.new(algorithm, method=method)
                answer = await asyncio.to_thread(report, service.base_url, account=account)
                assert answer == account.did
            stranger = Account(f"did:plc:{'t' * 24}")
            with pytest.raises(exceptions.UnauthorizedError) as caught:
                await asyncio.to_thread(report, service.base_url, account=stranger)
            assert caught.value.response.content.error == "DidResolutionFailed"
            reconciled = service.command("reconcile")
            assert "2 received = 2 open + 0 answered + 0 lost" in reconciled.stdout


def report(url: str, *, account: Account) -> str:
    """Who reported, by the answer."""
    client = Client(base_url=url)
    token = account.token(aud=f"{DID}#atproto_labeler")
    client.request.add_additional_header("Authorization", f"Bearer {token}")
    body = models.ComAtprotoModerationCreateReport.Data(
        reason_type="tools.ozone.report.defs#reasonMisleadingScam",
        subject=models.ComAtprotoAdminDefs.RepoRef(did="did:plc:token4f1c9b07token4f1c9b"),
    )
    try:
        return str(client.com.atproto.moderation.create_report(body).reported_by)
    finally:
        client.request.close()
