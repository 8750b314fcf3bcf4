"""A world's truth in the words of a snapshot: what a platform's staff would have entered."""

from datetime import datetime
from typing import Final

from tutela.detection.terms.term import TermKind
from tutela.drills.surfaces.world import World
from tutela.guard.asking import ItemKind, Verdict
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
