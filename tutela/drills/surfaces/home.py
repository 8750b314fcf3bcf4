"""The first page of the simulated platform: where to look to see the guard at work."""

import html
from collections.abc import Iterable
from urllib.parse import quote, urlencode

from tutela.drills.surfaces.world import World

_HEAD = (
    "<!doctype html><html lang=en><meta charset=utf-8><title>A simulated platform</title>"
    "<h1>A simulated platform</h1><p>Random tokens only. Each link asks one surface, which asks"
    " the guard first. What is planted leads to posts until it is listed.</p>"
)


def first_page(world: World, *, shown: int = 3) -> bytes:
    """Links to every surface, for the first planted and ordinary tokens, as HTML."""
    words, planted = world.vocabulary, world.planted
    members = [members[0] for members in planted.networks.values()]
    tokens = {
        "planted tags": words.planted_tags[:shown],
        "planted queries": words.planted_queries[:shown],
        "ordinary tags": words.tags[:shown],
        "ordinary queries": words.queries[:shown],
    }
    parts = [_HEAD]
    for title, each in tokens.items():
        parts.append(f"<h2>{title}</h2>{_list(_surfaces(token) for token in each)}")
    people = [*members, *sorted(planted.minors)[:shown]]
    parts.append(f"<h2>recommendations</h2>{_list([_recommended(each)] for each in people)}")
    return "".join(parts).encode()


def _surfaces(token: str) -> list[str]:
    tag = quote(token, safe="")
    return [
        _link(f"/search?{urlencode({'q': token})}", text=f"search {token}"),
        _link(f"/typeahead?{urlencode({'q': token[:4]})}", text=f"type {token[:4]}"),
        _link(f"/tags/{tag}", text=f"#{token}"),
        _link(f"/recommendations?{urlencode({'topic': token})}", text="more about it"),
    ]


def _recommended(account: str) -> str:
    path = f"/recommendations?{urlencode({'viewer': account})}"
    return _link(path, text=f"what {account} is recommended")


def _link(path: str, *, text: str) -> str:
    return f'<a href="{html.escape(path)}">{html.escape(text)}</a>'


def _list(lines: Iterable[list[str]]) -> str:
    items = "".join(f"<li>{' · '.join(line)}</li>" for line in lines)
    return f"<ul>{items}</ul>"
