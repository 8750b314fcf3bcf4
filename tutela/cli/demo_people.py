"""The demo's staff: a person of each role, who can log in."""

from dataclasses import dataclass
from typing import Final

from tutela.access import users
from tutela.access.founding import MAIN
from tutela.access.users import PROGRAM_ROLES, Person, generated_password
from tutela.app import House
from tutela.domain.vocabulary import Role

#: Who is named first: whoever looks at a demo wants to see all.
FIRST: Final = Role.LEAD
_WHAT_FOR: Final = {
    Role.LEAD: "sees all of it, decides, agrees to others' proposals",
    Role.REVIEWER: "takes cases and decides them",
    Role.SPECIALIST: "takes those with possible child victims as well",
    Role.INVESTIGATOR: "follows networks",
    Role.COMPLIANCE: "reads how things stand",
    Role.AUDITOR: "reads, and changes nothing",
    Role.INSPECTOR: "reads for the regulator",
    Role.ADMIN: "keeps people, sees no case",
}


@dataclass(frozen=True, slots=True)
class Login:
    """Somebody who can log in."""

    name: str
    role: Role
    password: str


async def employ(house: House) -> list[Login]:
    """A new person of each role that people have, the first one first."""
    suffix = house.chance(3).hex()
    roles = sorted((role for role in Role if role not in PROGRAM_ROLES), key=lambda r: r != FIRST)
    logins = [Login(f"{role}-{suffix}", role, generated_password(house.chance)) for role in roles]
    for login in logins:
        person = Person(tenant=MAIN, name=login.name, role=login.role)
        await users.add(house.pool, person=person, password=login.password)
    return logins


def lines(logins: list[Login], *, url: str) -> list[str]:
    """What the demo prints of them, a line each."""
    first, *others = logins
    width = max(len(login.name) for login in others)
    return [
        f"log in at {url}/ as {first.name} with the password {first.password}",
        *(
            f"  or as {login.name:{width}}  {login.password}  ({_WHAT_FOR[login.role]})"
            for login in others
        ),
    ]
