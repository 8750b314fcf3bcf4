"""A person's own account: sessions that end, a password that changes, a proof taken off."""

import re

import pytest

from tests.console.test_login import Way, client_of, way
from tests.fixtures.staff import PASSWORD
from tutela.web.console.cookies import COOKIE

NEW = "another long password"

__all__ = ["way"]


async def in_twice(way: Way) -> Way:
    """The same person in a second browser; both are logged in."""
    second = Way(way.web, client_of(way.web))
    await way.log_in()
    await second.log_in()
    return second


async def test_a_person_sees_where_they_are_logged_in_and_ends_it(way: Way) -> None:
    second = await in_twice(way)
    shown = await way.client.get("/account", headers={"user-agent": "<b>browser</b>"})
    assert shown.text.count("This one") == 1
    assert "127.0.0.1" in shown.text
    (session,) = re.findall(r'name="session" value="([0-9a-f-]{36})"', shown.text)
    given = await way.client.post("/account/sessions", data={"session": session})
    assert given.headers["location"] == "/account?done=session"
    assert await way.is_in()
    assert not await second.is_in()


async def test_a_session_of_somebody_else_is_not_ended(way: Way) -> None:
    await way.log_in()
    await way.web.house.rows(
        "INSERT INTO staff_user (tenant, name, role, password_hash)"
        " VALUES ('main', 'lead-2', 'lead', '')"
    )
    ((session,),) = await way.web.house.rows(
        "INSERT INTO staff_session (session_hash, tenant, name, expires_at)"
        " VALUES (sha256('x'), 'main', 'lead-2', now() + interval '1 h') RETURNING id"
    )
    for other in (str(session), "not-an-id", ""):
        await way.client.post("/account/sessions", data={"session": other})
    left = await way.web.house.rows("SELECT id FROM staff_session WHERE name = 'lead-2'")
    assert left == [(session,)]


async def test_all_other_sessions_end_together(way: Way) -> None:
    second = await in_twice(way)
    await way.client.post("/account/sessions", data={"session": "others"})
    assert (await way.is_in(), await second.is_in()) == (True, False)


async def test_a_new_password_needs_the_old_one_and_ends_every_other_session(way: Way) -> None:
    second = await in_twice(way)
    form = {"password": "wrong", "new": NEW, "again": NEW}
    wrong = await way.client.post("/account/password", data=form)
    assert (wrong.status_code, "The password is not right" in wrong.text) == (422, True)
    unlike = await way.client.post(
        "/account/password", data=form | {"password": PASSWORD, "again": "a"}
    )
    assert unlike.status_code == 422
    before = way.client.cookies[COOKIE]
    done = await way.client.post("/account/password", data=form | {"password": PASSWORD})
    assert done.headers["location"] == "/account?done=password"
    assert way.client.cookies[COOKIE] != before
    assert (await way.is_in(), await second.is_in()) == (True, False)
    await way.client.post("/logout")
    assert (await way.log_in()).status_code == 401
    assert (await way.log_in(password=NEW)).status_code == 303


@pytest.mark.parametrize("new", ["short", "x" * 1_025])
async def test_an_unfit_password_changes_nothing(way: Way, new: str) -> None:
    await way.log_in()
    form = {"password": PASSWORD, "new": new, "again": new}
    assert (await way.client.post("/account/password", data=form)).status_code == 422
    await way.client.post("/logout")
    assert (await way.log_in()).status_code == 303


async def test_guesses_at_ones_own_account_are_held_back_as_at_the_door(way: Way) -> None:
    await way.log_in()
    form = {"password": "wrong", "new": NEW, "again": NEW}
    told = [(await way.client.post("/account/password", data=form)).status_code for _ in range(11)]
    assert told == [422] * 10 + [429]


async def test_an_authenticator_is_taken_off_with_password_and_code(way: Way) -> None:
    secret = await way.with_authenticator()
    await way.log_in()
    await way.client.post("/login/code", data={"code": way.code(secret)})
    off = {"password": PASSWORD, "code": "000000"}
    assert (await way.client.post("/account/second-factor/off", data=off)).status_code == 422
    again = await way.client.post("/account/second-factor", data={"password": PASSWORD})
    assert again.status_code == 409
    renewed = await way.client.post("/account/recovery-codes", data={"password": PASSWORD})
    (code, *_) = re.findall(r"<li><code>([A-Z2-7-]+)</code>", renewed.text)
    wrong = await way.client.post(
        "/account/second-factor/off", data={"password": "x", "code": code}
    )
    assert wrong.status_code == 422
    done = await way.client.post(
        "/account/second-factor/off", data={"password": PASSWORD, "code": code}
    )
    assert done.headers["location"] == "/account?done=off"
    await way.client.post("/logout")
    assert (await way.log_in()).headers["location"] == "/console/main"


async def test_the_secret_is_not_shown_without_the_password(way: Way) -> None:
    await way.log_in()
    shown = await way.client.post("/account/second-factor", data={"password": "wrong"})
    assert (shown.status_code, "<svg" in shown.text) == (422, False)
    early = await way.client.post("/account/second-factor/confirm", data={"code": "000000"})
    assert early.status_code == 422
    ((rows,),) = await way.web.house.rows("SELECT count(*) FROM staff_totp")
    assert rows <= 1


async def test_a_person_chooses_light_or_dark_for_a_browser_and_its_login_pages(way: Way) -> None:
    await way.log_in()
    assert (
        'media="screen and (prefers-color-scheme: dark)"' in (await way.client.get("/account")).text
    )
    for theme, media in (("dark", 'dark.css" media="screen"'), ("light", None)):
        given = await way.client.post("/account/theme", data={"theme": theme})
        assert given.headers["location"] == "/account?done=theme"
        told = given.headers["set-cookie"]
        assert all(word in told for word in (f"={theme};", "HttpOnly", "SameSite=Lax", "Path=/"))
        for path in ("/account", "/login"):
            text = (await way.client.get(path)).text
            assert (media in text) if media else ("dark.css" not in text)
    shown = (await way.client.get("/account")).text
    assert 'value="light" checked' in shown
    await way.client.post("/account/theme", data={"theme": "system"})
    assert "prefers-color-scheme" in (await way.client.get("/login")).text


@pytest.mark.parametrize("theme", ["", "neon", "dark; Path=/x", "<script>"])
async def test_what_is_no_theme_is_refused_or_passed_over(way: Way, theme: str) -> None:
    await way.log_in()
    given = await way.client.post("/account/theme", data={"theme": theme})
    assert (given.status_code, "set-cookie" in given.headers) == (422, False)
    shown = await way.client.get("/login", headers={"cookie": f'tutela_theme="{theme}"'})
    assert "prefers-color-scheme" in shown.text
