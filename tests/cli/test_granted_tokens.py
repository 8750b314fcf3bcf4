"""Tokens are listed without themselves, and end when somebody says so; answers come as JSON too."""

import io
import json
from uuid import uuid4

import pytest

from tests.cli.conftest import Command

CREATE = ("token", "create", "--role", "service")


def test_a_token_is_listed_without_itself_and_revoked_by_its_name(alone: Command) -> None:
    made = json.loads(alone(*CREATE, "--name", "a", "--channel", "hotline", "--json").out)
    assert (made["name"], made["channels"], made["service"]) == ("a", ["hotline"], "main")
    listed = alone("token", "list", "--json").out
    assert made["token"] not in listed
    (token,) = json.loads(listed)["tokens"]
    assert (token["name"], token["role"], token["revoked_at"]) == ("a", "service", None)
    revoked = json.loads(alone("token", "revoke", "a", "--json").out)
    assert revoked["revoked_at"] is not None
    again = alone("token", "revoke", token["id"], "--json")
    assert json.loads(again.out) == revoked
    assert alone("token", "list").out == (
        f"{token['id']} a: service for hotline, revoked {revoked['revoked_at']}\n"
    )


def test_a_name_that_two_tokens_have_asks_for_an_id(alone: Command) -> None:
    for _ in range(2):
        alone(*CREATE, "--name", "a")
    first, second = json.loads(alone("token", "list", "--json").out)["tokens"]
    refused = alone("token", "revoke", "a")
    assert (refused.status, refused.out) == (2, "")
    assert first["id"] in refused.err
    assert alone("token", "revoke", first["id"]).status == 0
    assert alone("token", "revoke", "a").out.startswith(second["id"])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nobody",), "the name or the id nobody"),
        ((str(uuid4()),), "No token"),
        (("a", "--service", "typo"), "There is no main/typo"),
    ],
)
def test_a_token_that_is_not_there_can_not_end(
    alone: Command, arguments: tuple[str, ...], said: str
) -> None:
    alone(*CREATE, "--name", "a")
    refused = alone("token", "revoke", *arguments)
    assert refused.status == 2
    assert said in refused.err


def test_users_and_webhooks_answer_as_json(alone: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    made = json.loads(alone("user", "create", "ann", "--role", "lead", "--generate", "--json").out)
    assert (made["name"], made["role"], len(made["password"]) > 8) == (
        "ann",
        "lead",
        True,
    )
    monkeypatch.setattr("sys.stdin", io.StringIO("correct horse battery staple\n"))
    piped = json.loads(alone("user", "create", "bob", "--role", "lead", "--json").out)
    assert piped == {"name": "bob", "role": "lead", "tenant": "main"}
    told = json.loads(alone("webhook", "set", "https://a.example/hook", "--json").out)
    assert told["url"] == "https://a.example/hook"
    assert told["secret"]
