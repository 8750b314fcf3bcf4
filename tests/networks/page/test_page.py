"""What the page says and holds, before any browser reads it."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from tests.networks.page.rings import BY_CHANCE, graph, platform, shown
from tutela.networks.page.page import html
from tutela.networks.page.shown import Names

HOSTILE = ["</script><script>alert(1)</script>", "<img src=x onerror=alert(1)>", "\u202e--><!--"]


class Tags(HTMLParser):
    """Every tag with its attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def tags(text: str) -> list[tuple[str, dict[str, str | None]]]:
    parser = Tags()
    parser.feed(text)
    return parser.found


def test_the_page_fetches_nothing_and_allows_nothing_to_be_fetched() -> None:
    text = html(shown(platform()))
    found = tags(text)
    policy = next(a["content"] for t, a in found if a.get("http-equiv"))
    assert policy is not None
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    targets = [a[key] for _, a in found for key in ("src", "href", "action") if key in a]
    assert [t for t in targets if t is None or not re.match(r"#|data:,$", t)] == []
    assert [key for _, a in found for key in a if key.startswith("on") or key == "style"] == []


def test_hostile_ids_stay_text() -> None:
    text = html(shown(graph([*HOSTILE, "d"], follow=[(0, 1), (1, 2), (2, 3)]), seeds=[0], first=3))
    assert not any(name in text for name in HOSTILE)
    assert len([tag for tag, _ in tags(text) if tag == "script"]) == 2
    assert "alert(1)" in text


def test_names_stand_in_the_data_alone() -> None:
    text = html(shown(platform()))
    before, data = text.split('<script type="application/json"', 1)
    assert "account-0" not in before
    assert "account-00004" in data


def test_a_page_to_hand_on_holds_no_name_at_all() -> None:
    assert "account-0" not in html(replace(shown(platform()), names=Names.LEFT_OUT))


@pytest.mark.parametrize("first", [0, 1, 40])
def test_every_lead_asked_for_is_listed_and_drawn(first: int) -> None:
    found = tags(html(shown(platform(), first=first)))
    assert sum(tag == "li" and "value" in a for tag, a in found) == first
    assert sum(tag == "use" for tag, _ in found) == first + 3


def test_accounts_that_no_edge_joins_are_drawn_all_the_same() -> None:
    text = html(shown(graph(["a", "b", "c"], follow=[]), seeds=[0], first=2))
    assert "3 without an edge to any other stand in rows below" in text
    assert sum(tag == "use" for tag, _ in tags(text)) == 3


def test_a_graph_of_no_kind_and_one_of_seventy_are_shown() -> None:
    assert "All 0 edges" in html(shown(graph(["a", "b"]), seeds=[0], first=1))
    many = {f"kind{n}": [(0, 1)] for n in range(70)}
    text = html(shown(graph(["a", "b"], **many), seeds=[0], first=1))
    assert (text.count('type="checkbox"'), "other kinds" in text) == (8, True)


def test_of_too_many_edges_the_strongest_are_drawn_and_all_are_counted() -> None:
    names = [str(n) for n in range(120)]
    whole = graph(names, follow=[(a, b) for a in range(120) for b in range(a)])
    text = html(shown(whole, seeds=[0], first=119))
    assert "The 4,000 strongest of 7,140 edges are drawn" in text


def test_seeds_that_do_not_connect_are_told_first_and_large() -> None:
    text = html(shown(platform(), held_out=BY_CHANCE))
    assert re.search(r"<h1[^>]*>These seeds do not connect</h1>", text)
    assert "Nobody should act on what stands in the list" in text


def test_without_seeds_to_leave_out_the_page_says_that_nothing_is_known() -> None:
    assert "nothing says how sure this is" in html(shown(platform(), held_out=None))


def test_the_same_ranking_gives_the_same_page() -> None:
    assert html(shown(platform())) == html(shown(platform()))


def test_a_page_of_five_hundred_accounts_is_small() -> None:
    text = html(shown(platform(2_000, ring=300), first=500))
    assert len(text.encode()) <= 600_000
