"""What the demo's detectors look for: two lists, first rules, and a change that somebody asks."""

from importlib.resources import files
from pathlib import Path
from typing import Final

from tutela import app
from tutela.access.founding import MAIN
from tutela.access.persons import at_terminal
from tutela.app import House
from tutela.detection.lists import importing
from tutela.detection.lists.changing import Account
from tutela.detection.lists.entries import Family, Kind
from tutela.detection.lists.governing.asked import ListChange, ListProposal
from tutela.detection.lists.governing.proposing import propose
from tutela.detection.lists.importing import Asked
from tutela.detection.lists.lines import read_lines
from tutela.detection.lists.register import Terms, standings
from tutela.detection.lists.room import ListName
from tutela.drills.posts import NEW_TERMS, TERMS, listed_hashes

_BY: Final = "demo"
_LISTS: Final = {
    "demo-words": (Family.TERMS, Kind.TERMS),
    "demo-hashes": (Family.HASHES, Kind.SHA256),
}


def rules(folder: Path) -> dict[str, str]:
    """What the service is told of its rules: those that every house may begin with."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "rules.yaml"
    first = files("tutela.detection.rules.examples") / "first.yaml"
    path.write_text(first.read_text(encoding="utf-8"), encoding="utf-8")
    return {"TUTELA_RULES": str(path)}


async def load_lists(house: House, *, folder: Path) -> None:
    """The lists stand, with an owner and why they are kept; again changes nothing."""
    entries = {"demo-words": TERMS, "demo-hashes": tuple(listed_hashes())}
    for name, (family, kind) in _LISTS.items():
        path = folder / f"{name}.txt"
        path.write_text("\n".join(entries[name]) + "\n", encoding="utf-8")
        asked = Asked(
            name=ListName(tenant=MAIN, service=MAIN, name=name),
            family=family,
            account=Account(by=_BY, reason="something to look for in a demo"),
            terms=Terms(
                owner="trust and safety",
                reason="something to look for in a demo",
                provenance="made up",
                licence="Apache-2.0",
            ),
        )
        await importing.take(app.list_room(house), asked=asked, rows=read_lines(path, kind=kind))


async def ask_for_terms(house: House, *, by: str) -> None:
    """Words that posts say and no list holds wait for a second person; again changes nothing."""
    name = ListName(tenant=MAIN, service=MAIN, name="demo-new-words")
    if await standings(house.pool, now=house.clock(), holder=name, name=name.name):
        return
    caller = await at_terminal(house.pool, tenant=MAIN, service=MAIN, name=by)
    asked = ListProposal(
        list=name.name,
        change=ListChange.ADD,
        reason="seen in posts of this week",
        entries="\n".join(NEW_TERMS),
        kind=Kind.TERMS,
        owner="trust and safety",
        provenance="made up",
        licence="Apache-2.0",
    )
    await propose(app.list_room(house), caller=caller, asked=asked)
