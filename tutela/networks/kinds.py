"""What kinds of edges are called, for people."""

from typing import Final

#: What one edge of a known kind and several are called; of others, its own name says it.
KIND_WORDS: Final = {
    "edge": ("an edge", "edges"),
    "follow": ("a follow", "follows"),
    "interaction": ("an interaction", "interactions"),
    "shared_device": ("a shared device", "shared devices"),
    "shared_payment": ("a shared payment token", "shared payment tokens"),
    "shared_tag": ("a shared tag", "shared tags"),
}


def called(kind: str) -> str:
    """What edges of the kind are called."""
    return KIND_WORDS.get(kind, ("", kind))[1]
