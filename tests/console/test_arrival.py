"""From where visitors come, and whose word on it is believed; cookies over https."""

from ipaddress import ip_network

import pytest
from starlette.types import Scope

from tests.fixtures.site import Site
from tests.fixtures.staff import PASSWORD, logged_in
from tutela.domain.vocabulary import Role
from tutela.web.console.arrival import Arrivals
from tutela.web.console.cookies import COOKIE, HOST_COOKIE

BEHIND = Arrivals(proxies=(ip_network("10.0.0.0/8"),))


def scope(peer: str | None, **headers: str) -> Scope:
    sent = [(name.replace("_", "-").encode(), text.encode()) for name, text in headers.items()]
    client = None if peer is None else (peer, 1)
    return {"type": "http", "scheme": "http", "client": client, "headers": sent}


@pytest.mark.parametrize(
    ("peer", "told", "address"),
    [
        ("203.0.113.9", "198.51.100.7", "203.0.113.9"),
        ("10.0.0.1", "198.51.100.7", "198.51.100.7"),
        ("10.0.0.1", "192.0.2.1, 198.51.100.7, 10.0.0.2", "198.51.100.7"),
        ("10.0.0.1", "10.0.0.3", "10.0.0.3"),
        ("10.0.0.1", "<script>", ""),
        ("10.0.0.1", "", "10.0.0.1"),
        ("2001:db8::1", "198.51.100.7", "2001:db8::1"),
        (None, "198.51.100.7", ""),
    ],
)
def test_the_nearest_address_that_is_no_proxy_of_ours_counts(
    peer: str | None, told: str, address: str
) -> None:
    assert BEHIND.origin(scope(peer, x_forwarded_for=told)).address == address


def test_a_browsers_name_for_itself_holds_nothing_that_can_not_be_read() -> None:
    assert BEHIND.origin(scope("10.0.0.1", user_agent="a\x1b[31mb")).agent == "a[31mb"


def test_https_is_believed_of_a_proxy_of_ours_and_of_the_public_host() -> None:
    assert BEHIND.is_secure(scope("10.0.0.1", x_forwarded_proto="https"))
    assert not BEHIND.is_secure(scope("203.0.113.9", x_forwarded_proto="https"))
    assert not BEHIND.is_secure(scope("10.0.0.1", x_forwarded_proto="http"))
    public = Arrivals(public_url="https://trust.example.org")
    assert public.is_secure(scope("203.0.113.9", host="Trust.example.org"))
    assert not public.is_secure(scope("203.0.113.9", host="127.0.0.1:8750"))
    assert public.is_secure({**scope("203.0.113.9"), "scheme": "https"})


async def test_over_https_the_cookie_is_for_this_host_and_https_alone(web: Site) -> None:
    await logged_in(web, role=Role.LEAD, name="lead-1")
    form = {"name": "lead-1", "password": PASSWORD, "next": "/console/main"}
    given = await web.client.post("https://tutela/login", data=form)
    told = given.headers["set-cookie"]
    assert told.startswith(f"{HOST_COOKIE}=")
    assert "; Secure" in told
    assert "; Path=/;" in told
    assert "Domain" not in told
    cookie = told.partition("=")[2].partition(";")[0]
    web.client.cookies.clear()
    for name, status in ((HOST_COOKIE, 200), (COOKIE, 303)):
        headers = {"cookie": f"{name}={cookie}"}
        shown = await web.client.get("https://tutela/console/main", headers=headers)
        assert shown.status_code == status
