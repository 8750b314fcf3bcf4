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
    tags = {"planted tags": words.planted_tags, "ordinary tags": words.tags}
    queries = {"planted queries": words.planted_queries, "ordinary queries": words.queries}
    parts = [
        _HEAD,
        *(_part(title, lines=map(_of_tag, each[:shown])) for title, each in tags.items()),
        *(_part(title, lines=map(_of_query, each[:shown])) for title, each in queries.items()),
    ]
    people = [*members, *sorted(planted.minors)[:shown]]
    parts.append(_part("recommendations", lines=([_recommended(each)] for each in people)))
    return "".join(parts).encode()


def _of_tag(tag: str) -> list[str]:
    return [
        _link(f"/tags/{quote(tag, safe='')}", text=f"#{tag}"),
        _link(f"/search?{urlencode({'q': tag})}", text="search for it"),
        _link(f"/recommendations?{urlencode({'topic': tag})}", text="more about it"),
    ]


def _of_query(query: str) -> list[str]:
    return [
        _link(f"/search?{urlencode({'q': query})}", text=f"search for {query}"),
        _link(f"/typeahead?{urlencode({'q': query[:4]})}", text=f"type {query[:4]}"),
    ]


def _recommended(account: str) -> str:
    path = f"/recommendations?{urlencode({'viewer': account})}"
    return _link(path, text=f"what {account} is recommended")


def _link(path: str, *, text: str) -> str:
    return f'<a href="{html.escape(path)}">{html.escape(text)}</a>'


def _part(title: str, *, lines: Iterable[list[str]]) -> str:
    items = "".join(f"<li>{' · '.join(line)}</li>" for line in lines)
    return f"<h2>{title}</h2><ul>{items}</ul>"
