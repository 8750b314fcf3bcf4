"""Which edges the law lets us use: by kind, who could see them, and where the first account is."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from tutela.access.whose import Whose
from tutela.domain.events import Visibility
from tutela.law.detection import Place, basis_for
from tutela.networks.stored.room import NetworkRoom


@dataclass(frozen=True, slots=True, kw_only=True)
class Lawful:
    """Edges of a kind and visibility that may be used; `country` is where, None for anywhere."""

    kind: str
    visibility: Visibility
    country: str | None = None


def may_use(edge: Lawful, *, whose: Whose, room: NetworkRoom) -> bool:
    """Whether a legal basis is in force today; the kind of edge stands for the surface."""
    place = Place(
        service=f"{whose.tenant}/{whose.service}",
        surface=edge.kind,
        visibility=edge.visibility,
        country=edge.country,
    )
    return basis_for(room.bases, place=place, on=room.clock().date()) is not None


def usable(
    told: Iterable[tuple[str, str]], *, countries: Sequence[str], whose: Whose, room: NetworkRoom
) -> Iterator[Lawful]:
    """Of the kinds and visibilities that were told: what may be used anywhere, or else where."""
    for kind, visibility in told:
        for country in (None, *countries):
            edge = Lawful(kind=kind, visibility=Visibility(visibility), country=country)
            if may_use(edge, whose=whose, room=room):
                yield edge
                if country is None:
                    break
