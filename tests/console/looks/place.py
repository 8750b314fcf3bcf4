"""What is looked at: one state of one screen, and how a person comes to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import httpx

from tests.console.looks.hostile import Words
from tests.fixtures.site import Site
from tests.fixtures.staff import logged_in
from tutela.domain.vocabulary import Role

Fields = Mapping[str, str | Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A page that somebody stands before; `form` is what they sent to come to it."""

    #: `METHOD /path`, as the table of screens has it.
    screen: str
    address: str
    #: By name; nobody where it is empty.
    who: str
    status: int = 200
    form: Fields | None = None


@dataclass(kw_only=True)
class Filling:
    """A site that is filled, the people of it, and the places that were made so far."""

    web: Site
    words: Words = field(default_factory=Words)
    people: dict[str, httpx.AsyncClient] = field(default_factory=dict)
    places: list[Place] = field(default_factory=list)

    async def person(self, name: str, *, role: Role) -> httpx.AsyncClient:
        """Somebody who is logged in from now on."""
        if name not in self.people:
            self.people[name] = await logged_in(self.web, role=role, name=name)
        return self.people[name]

    def see(
        self, path: str, *, who: str = "lead-1", at: str | None = None, status: int = 200
    ) -> None:
        """A screen of the service `main` under its own path, or under the address that is given."""
        address = _address(path, at=at)
        self.places.append(Place(screen=f"GET {path}", address=address, who=who, status=status))

    def send(
        self,
        path: str,
        *,
        form: Fields,
        who: str = "lead-1",
        at: str | None = None,
        status: int = 200,
    ) -> None:
        """The page that answers a form."""
        screen, address = f"POST {path}", _address(path, at=at)
        place = Place(screen=screen, address=address, who=who, status=status, form=form)
        self.places.append(place)


def _address(path: str, *, at: str | None) -> str:
    address = at or path.replace("{service}", "main")
    assert "{" not in address, address
    return address
