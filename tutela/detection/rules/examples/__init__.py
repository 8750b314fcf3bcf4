"""Decides what a policy to begin with looks like: neutral words, each with its own tests."""

from importlib import resources


def first() -> str:
    """The policies to begin with, as YAML."""
    return resources.files(__package__).joinpath("first.yaml").read_text(encoding="utf-8")
