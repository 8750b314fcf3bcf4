"""Edges and tags that the platform tells of: whom they name can be named again, where lawful."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tutela.access.tokens import Caller
from tutela.access.whose import Whose
from tutela.database import queries
from tutela.database.pool import Connection
from tutela.domain.events import Visibility
from tutela.intake.channels.events import EventKind, Handle, Verdicts
from tutela.networks.stored.lawful import Lawful, may_use
from tutela.networks.stored.names import account_key, keep_names
from tutela.networks.stored.room import NetworkRoom

_sql = queries.load("tutela.networks.stored", file="edges.sql")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Named:
    """Accounts that an event names, and where what it tells of was to be seen."""

    accounts: tuple[str, ...]
    surface: str
    visibility: Visibility


_Reading = Callable[[Any], _Named | None]


def kinds(room: NetworkRoom, *, told: Mapping[str, EventKind]) -> Mapping[str, EventKind]:
    """The events that searches take note of; each goes on to whoever took it before."""
    readings: dict[str, _Reading] = {"edge": _edge, "use": _use, "content": _content}
    return {
        name: EventKind(
            struct=told[name].struct, handle=_naming(told[name].handle, reading=read, room=room)
        )
        for name, read in readings.items()
    }


def _edge(event: Any) -> _Named:  # noqa: ANN401 - a type of events that another room knows
    return _Named(accounts=(event.src, event.dst), surface=event.kind, visibility=event.visibility)


def _use(event: Any) -> _Named | None:  # noqa: ANN401 - a type of events that another room knows
    if event.kind != "tag":
        return None
    return _Named(
        accounts=(event.account_id,),
        surface=event.surface or "hashtag",
        visibility=event.visibility,
    )


def _content(event: Any) -> _Named | None:  # noqa: ANN401 - a type of events that another room knows
    if not event.tags:
        return None
    return _Named(
        accounts=(event.account_id,),
        surface=event.surface or event.kind,
        visibility=event.visibility,
    )


def _naming(before: Handle, *, reading: _Reading, room: NetworkRoom) -> Handle:
    async def take(connection: Connection, *, caller: Caller, events: Sequence[Any]) -> Verdicts:
        verdicts = await before(connection, caller=caller, events=events)
        taken = [each for each, wrong in zip(events, verdicts, strict=True) if wrong is None]
        told = [named for each in taken if (named := reading(each)) is not None]
        whose = Whose.of(caller)
        countries = await _countries(connection, told=told, whose=whose, room=room)
        await keep_names(
            connection,
            whose=whose,
            account_ids=_nameable(told, countries=countries, whose=whose, room=room),
            keys=room.keys,
            on=room.clock().date(),
        )
        return verdicts

    return take


def _nameable(
    told: Sequence[_Named], *, countries: Mapping[str, str], whose: Whose, room: NetworkRoom
) -> Iterator[str]:
    for each in told:
        place = Lawful(
            kind=each.surface,
            visibility=each.visibility,
            country=countries.get(each.accounts[0]),
        )
        if may_use(place, whose=whose, room=room):
            yield from each.accounts


async def _countries(
    connection: Connection, *, told: Sequence[_Named], whose: Whose, room: NetworkRoom
) -> dict[str, str]:
    """Where the accounts are that did something in private: a basis may ask for it."""
    private = {each.accounts[0] for each in told if each.visibility is Visibility.INTERPERSONAL}
    if not private:
        return {}
    by_key = {account_key(each, whose=whose, keys=room.keys): each for each in private}
    wanted = {**whose.columns, "account_keys": sorted(by_key)}
    cursor = await connection.execute(_sql.countries_of, wanted)
    return {by_key[bytes(key)]: country for key, country in await cursor.fetchall()}
