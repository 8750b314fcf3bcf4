"""What the synthetic platform posts: told once, of content alone, some of it on the lists."""

import random
from datetime import UTC, datetime

from tutela.drills.posts import HASHES_LISTED, NEW_TERMS, TERMS, Posts, listed_hashes

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def subject(name: str, *, kind: str = "content") -> dict[str, str]:
    return {"kind": kind, "id": name, "account_id": f"of-{name}"}


def test_a_post_is_told_once_with_its_author_and_nothing_else_is() -> None:
    posts = Posts(chance=random.Random(3), clock=lambda: NOW)
    author, post = posts.of(subject("c-1"))
    assert (author["type"], author["account_id"], post["content_id"]) == (
        "account",
        "of-c-1",
        "c-1",
    )
    assert posts.of(subject("c-1")) == []
    assert posts.of(subject("a-1", kind="account")) == []


def test_some_posts_say_what_is_listed_and_most_do_not() -> None:
    posts = Posts(chance=random.Random(3), clock=lambda: NOW)
    told = [posts.of(subject(f"c-{number}"))[1] for number in range(2_000)]
    listed = set(listed_hashes())
    assert len(listed) == HASHES_LISTED
    words = sum(any(term in str(each["text"]) for term in TERMS) for each in told)
    new = sum(any(term in str(each["text"]) for term in NEW_TERMS) for each in told)
    hashes = sum(
        str(each.get("hashes", {})) in {str({"sha256": one}) for one in listed} for each in told
    )
    assert 40 <= words <= 130
    assert 15 <= new <= 75
    assert 5 <= hashes <= 50
