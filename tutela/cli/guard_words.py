"""What `tutela guard` takes as entries, and the words in which it answers."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from tutela.cli.output import print_json
from tutela.detection.terms.term import TermKind
from tutela.guard.asking import ItemKind, Surface, Verdict
from tutela.guard.governance.entries import EntryAsked
from tutela.guard.governance.files import FileOfEntries, GuardFileUnfit, read_entries
from tutela.guard.governance.judging import EntriesMoved
from tutela.guard.governance.preview import Preview, QueriesHit
from tutela.guard.governance.showing import EntryView

EXAMPLES_TOLD = 10
#: Values given as options stand in no file.
AT_THE_COMMAND = Path("the command")


@dataclass(frozen=True, slots=True, kw_only=True)
class EntriesGiven:
    """Things to be listed, from a file or one by one."""

    file: Annotated[
        Path | None,
        typer.Option(help="JSON Lines, or CSV with a first line of names; `-` is not a file."),
    ] = None
    text: Annotated[list[str] | None, typer.Option(help="Words; again for more.")] = None
    tag: Annotated[list[str] | None, typer.Option(help="A tag; again for more.")] = None
    account: Annotated[
        list[str] | None, typer.Option(help="An account, by the platform's id; again for more.")
    ] = None
    content: Annotated[
        list[str] | None, typer.Option(help="Content, by the platform's id; again for more.")
    ] = None
    verdict: Annotated[
        Verdict,
        typer.Option(metavar="VERDICT", help=f"Of what is no file's: {', '.join(Verdict)}."),
    ] = Verdict.BLOCK
    form: Annotated[
        TermKind | None,
        typer.Option(metavar="FORM", help=f"Of words and tags: {', '.join(TermKind)}."),
    ] = None
    language: Annotated[
        list[str] | None, typer.Option(help="Only in this language (BCP 47); again for more.")
    ] = None
    surface: Annotated[
        list[Surface] | None,
        typer.Option(metavar="SURFACE", help=f"Only there: {', '.join(Surface)}; again for more."),
    ] = None
    network: Annotated[
        str | None, typer.Option(help="The confirmed network that the accounts are members of.")
    ] = None

    def entries(self) -> FileOfEntries:
        """What is to be listed; raises GuardFileUnfit."""
        given = [
            self._entry(kind, value=value)
            for kind, values in self._values()
            for value in values or ()
        ]
        if bool(given) == (self.file is not None):
            raise GuardFileUnfit(
                "Say either --file, or some of --text, --tag, --account, --content."
            )
        if self.file is not None:
            return read_entries(self.file)
        return FileOfEntries(AT_THE_COMMAND, tuple(given), tuple(range(1, len(given) + 1)))

    def _values(self) -> tuple[tuple[ItemKind, list[str] | None], ...]:
        return (
            (ItemKind.TEXT, self.text),
            (ItemKind.TAG, self.tag),
            (ItemKind.ACCOUNT, self.account),
            (ItemKind.CONTENT, self.content),
        )

    def _entry(self, kind: ItemKind, *, value: str) -> EntryAsked:
        return EntryAsked(
            kind=kind,
            value=value,
            verdict=self.verdict,
            form=self.form,
            languages=tuple(self.language or ()),
            surfaces=tuple(self.surface or ()),
            network=self.network,
        )


def tell_moved(moved: EntriesMoved, *, as_json: bool) -> None:
    """What became of entries."""
    if as_json:
        print_json(moved)
    else:
        told = ", ".join(f"{count} {state}" for state, count in moved.states.items())
        print(f"{moved.id}: {told}")


def tell_entries(entries: list[EntryView], *, as_json: bool) -> None:
    """A line an entry."""
    if as_json:
        print_json({"entries": entries})
        return
    if not entries:
        print("There is no entry.")
    for each in entries:
        print(_line(each))


def tell_entry(entry: EntryView, *, as_json: bool) -> None:
    """One entry and its history."""
    if as_json:
        print_json(entry)
        return
    print(_line(entry))
    print(f"  batch {entry.batch}, proposed by {entry.proposed_by} at {entry.created_at}")
    if entry.approved_by is not None:
        print(f"  approved by {entry.approved_by}")
    if entry.asked_by is not None:
        print(f"  {entry.asked_by} waits for another person's answer until {entry.answer_by}")
    for change in entry.history or ():
        why = f": {change.reason}" if change.reason else ""
        print(f"  {change.at} {change.event} by {change.by or 'time'}{why}")


def tell_preview(found: Preview, *, queries: QueriesHit | None) -> None:
    """What entries would hit."""
    print(f"{found.entries} entries, {found.not_looked_for} of which uses don't tell")
    print(
        f"last week: {found.values_hit} of {found.values} tags and queries, {found.uses_hit} of "
        f"{found.uses} uses ({found.share_hit:.4%}), {found.uses_already_hit} of these hit already"
    )
    for each in found.examples[:EXAMPLES_TOLD]:
        already = ", hit already" if each.already else ""
        print(f"  {each.kind} {each.value}: {each.accounts} accounts, {each.uses} uses{already}")
    if queries is not None:
        lines = ", ".join(map(str, queries.lines[:EXAMPLES_TOLD]))
        where = f"; lines {lines}" if lines else ""
        print(
            f"benign queries: {queries.hit} of {queries.queries} ({queries.share_hit:.4%}){where}"
        )


def _line(entry: EntryView) -> str:
    network = f" of network {entry.network}" if entry.network else ""
    surfaces = f" on {', '.join(entry.surfaces)}" if entry.surfaces else ""
    force = "" if entry.in_force else ", not in force"
    return (
        f"{entry.id} {entry.state}{force}: {entry.kind} {entry.value}{network}, "
        f"{entry.verdict}{surfaces} until {entry.expires_at}"
    )
