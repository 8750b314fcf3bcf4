"""The two calls that store statements: judge, refuse or store, answer."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Final

from tutela.drills.transparency_database import rules, storing
from tutela.drills.transparency_database.formats import size, text
from tutela.drills.transparency_database.messages import server_error
from tutela.drills.transparency_database.register import Register, uuid_of
from tutela.drills.transparency_database.storing import Row, Stamp
from tutela.drills.transparency_database.validation import Errors, Given, judged, summary
from tutela.drills.wire import Answer, said

BATCH_MAX: Final = 100
_NOT_UNIQUE: Final = "The identifier given is not unique within this platform."
_NOT_ALL_UNIQUE: Final = "The platform identifier(s) are not all unique within this call."

#: A statement's fields after the rules.
Kept = dict[str, object]


class Invalid(Exception):
    """The framework's refusal; a caller that doesn't accept JSON is redirected instead."""

    def __init__(self, errors: Errors) -> None:
        super().__init__(summary(errors))
        self.errors = errors

    def answer(self) -> Answer:
        """422 with the first message and all of them."""
        content = {"message": summary(self.errors), "errors": self.errors}
        return said(HTTPStatus.UNPROCESSABLE_ENTITY, content=content)


@dataclass(slots=True, kw_only=True)
class Desk:
    """Files statements of platforms; `duplicates_refused` counts calls refused for a PUID."""

    register: Register
    clock: Callable[[], datetime]
    seed: int
    base_url: str
    duplicates_refused: int = 0
    refused: int = 0

    def file_one(self, given: Given, *, platform: str) -> Answer:
        """201 with the statement, 422 for a PUID that was used; raises Invalid."""
        errors, kept = judged(given, fields=rules.single())
        if errors:
            self.refused += 1
            raise Invalid(errors)
        puid = text(kept["puid"])
        if self.register.knows(puid, platform=platform):
            self.duplicates_refused += 1
            return _used(kept["puid"])
        row = storing.single_row(kept) | {"puid": puid}
        (stamp,) = self._store([row], platform=platform, method="API")
        return said(HTTPStatus.CREATED, content=storing.single_answer(kept, row=row, stamp=stamp))

    def file_many(self, given: Given, *, platform: str) -> Answer:
        """201 with all the statements, or 422 (500 for what is no statement) and none stored.

        Raises Invalid for what is no list of 1 to 100.
        """
        statements = given.get("statements")
        size_errors = _batch_errors(statements, there="statements" in given)
        if size_errors:
            self.refused += 1
            raise Invalid({"statements": size_errors})
        named = _by_index(statements)
        if named is None:
            return server_error()
        errors, kept = _all_judged(named)
        if errors:
            self.refused += 1
            return said(HTTPStatus.UNPROCESSABLE_ENTITY, content={"errors": errors})
        taken = self._taken(kept, platform=platform)
        if taken:
            self.duplicates_refused += 1
            return _all_used(taken)
        return self._file_all(kept, platform=platform)

    def _file_all(self, kept: list[Kept], *, platform: str) -> Answer:
        rows = [storing.batch_row(each) | {"puid": text(each["puid"])} for each in kept]
        stamps = self._store(rows, platform=platform, method="API_MULTI")
        filed = [
            storing.batch_answer(each, row=row, stamp=stamp)
            for each, row, stamp in zip(kept, rows, stamps, strict=True)
        ]
        return said(HTTPStatus.CREATED, content={"statements": filed})

    def _taken(self, kept: list[Kept], *, platform: str) -> list[object]:
        """The PUIDs that the call names twice; where there are none, those used before."""
        counts = Counter(text(each["puid"]) for each in kept)
        twice: list[object] = [_as_key(puid) for puid, count in counts.items() if count > 1]
        if twice:
            return twice
        return [
            each["puid"]
            for each in kept
            if self.register.knows(text(each["puid"]), platform=platform)
        ]

    def _store(self, rows: list[Row], *, platform: str, method: str) -> list[Stamp]:
        created_at = f"{self.clock():%Y-%m-%d %H:%M:%S}"
        first = self.register.next_number()
        stamps = [
            Stamp(
                id=number,
                uuid=uuid_of(number, seed=self.seed),
                platform_name=platform,
                created_at=created_at,
                base_url=self.base_url,
            )
            for number in range(first, first + len(rows))
        ]
        if self.register.keeps_rows:
            rows = [
                row | stamp.fields() | {"id": stamp.id, "method": method}
                for row, stamp in zip(rows, stamps, strict=True)
            ]
        self.register.add(rows, platform=platform)
        return stamps


def _all_judged(named: Mapping[str, Given]) -> tuple[dict[str, Errors], list[Kept]]:
    refused: dict[str, Errors] = {}
    passed: list[Kept] = []
    for index, statement in named.items():
        errors, kept = judged(statement, fields=rules.batch())
        if errors:
            refused[f"statement_{index}"] = errors
        passed.append(kept)
    return refused, passed


def _batch_errors(statements: object, *, there: bool) -> list[str]:
    """What is wrong with the list as such."""
    if not there or statements is None or statements in ("", [], {}):
        return ["The statements field is required."]
    errors = []
    if not isinstance(statements, list | dict):
        errors.append("The statements field must be an array.")
    if not 1 <= size(statements) <= BATCH_MAX:
        errors.append(f"The statements field must have between 1 and {BATCH_MAX} items.")
    return errors


def _by_index(statements: object) -> Mapping[str, Given] | None:
    """Each statement by its place or key; None where one of them is no statement."""
    if isinstance(statements, list):
        statements = dict(enumerate(statements))
    if not isinstance(statements, dict):
        return None
    named = {str(key): each for key, each in statements.items() if isinstance(each, dict)}
    return named if len(named) == len(statements) else None


def _as_key(puid: str) -> object:
    """The PUID as a key of an array, which PHP turns into a number where it is written as one."""
    is_number = puid.isascii() and puid.isdigit() and (puid == "0" or not puid.startswith("0"))
    return int(puid) if is_number and int(puid) < 1 << 63 else puid


def _used(puid: object) -> Answer:
    content = {
        "message": _NOT_UNIQUE,
        "errors": {"puid": [_NOT_UNIQUE]},
        "existing": {"puid": puid},
    }
    return said(HTTPStatus.UNPROCESSABLE_ENTITY, content=content)


def _all_used(puids: list[object]) -> Answer:
    errors = {"puid": [_NOT_ALL_UNIQUE], "existing_puids": puids}
    return said(
        HTTPStatus.UNPROCESSABLE_ENTITY, content={"message": _NOT_ALL_UNIQUE, "errors": errors}
    )
