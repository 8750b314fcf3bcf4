"""A world's truth as it is listed: in a snapshot, or as a platform's staff enters it."""

from datetime import datetime
from typing import Final

from tutela.detection.terms.term import TermKind
from tutela.drills.surfaces.world import World
from tutela.guard.asking import ItemKind, Verdict
from tutela.guard.governance.entries import EntryAsked
from tutela.guard.snapshot import Named, Snapshot, Switches, Text

TENANT: Final = "main"


def listed_texts(world: World) -> tuple[Text, ...]:
    """Every planted tag and query, as a word or as a phrase."""
    words = world.vocabulary
    return tuple(
        Text(
            value=each,
            form=TermKind.PHRASE if " " in each else TermKind.WORD,
            verdict=Verdict.BLOCK,
        )
        for each in (*words.planted_tags, *words.planted_queries)
    )


def listed_names(world: World) -> tuple[Named, ...]:
    """Confirmed accounts and content, and the members of networks, who are only kept apart."""
    planted = world.planted
    return (
        *(_named(each, verdict=Verdict.BLOCK) for each in sorted(planted.blocked_accounts)),
        *(_named(each, verdict=Verdict.RESTRICT) for each in sorted(planted.demoted_accounts)),
        *(
            Named(kind=ItemKind.CONTENT, id=each, verdict=Verdict.BLOCK)
            for each in sorted(planted.content)
        ),
        *(
            _named(member, verdict=Verdict.ALLOW, network=network)
            for network, members in planted.networks.items()
            for member in members
        ),
    )


def entries_of(world: World) -> tuple[EntryAsked, ...]:
    """The truth as it is proposed, one entry after the other."""
    words = world.vocabulary
    return (
        *(EntryAsked(kind=ItemKind.TAG, value=each) for each in words.planted_tags),
        *(EntryAsked(kind=ItemKind.TEXT, value=each) for each in words.planted_queries),
        *(
            EntryAsked(kind=each.kind, value=each.id, verdict=each.verdict, network=each.network)
            for each in listed_names(world)
        ),
    )


def snapshot_of(world: World, *, version: int, at: datetime) -> Snapshot:
    """The truth as one published version."""
    return Snapshot(
        tenant=TENANT,
        service=TENANT,
        version=version,
        published_at=at,
        texts=listed_texts(world),
        named=listed_names(world),
        switches=Switches(),
    )


def _named(account_id: str, *, verdict: Verdict, network: str | None = None) -> Named:
    return Named(kind=ItemKind.ACCOUNT, id=account_id, verdict=verdict, network=network)
