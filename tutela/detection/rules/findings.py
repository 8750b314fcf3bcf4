"""What is wrong with policies, and where it stands in their files."""

from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from tutela.errors import FieldError, TutelaError

#: Findings that an error tells at once.
FINDINGS_SHOWN: Final = 20


class Finding(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that is wrong; lines and columns are counted from 1."""

    file: str
    message: str
    line: int | None = None
    column: int | None = None
    #: JSON pointer (RFC 6901) to the field.
    pointer: str = ""
    #: The id of the policy, where it is about one.
    policy: str | None = None
    #: The line of the expression that it is about, and under it a caret.
    shown: tuple[str, ...] = ()

    @property
    def lines(self) -> tuple[str, ...]:
        """What a person reads."""
        places = (each for each in (self.line, self.column) if each is not None)
        place = ":".join([self.file, *map(str, places)])
        field = f" {self.pointer}:" if self.pointer else ""
        return (f"{place}:{field} {self.message}", *(f"    {each}" for each in self.shown))


class RulesUnfit(TutelaError):
    """The policies can't be used; the findings say why, each with its place."""

    code = "rules_unfit"
    title = "The policies can't be used"
    status = 422

    def __init__(self, findings: Sequence[Finding]) -> None:
        errors = [FieldError(each.pointer, each.message) for each in findings]
        super().__init__("\n".join(told(findings)), errors=errors)
        self.findings = tuple(findings)


def told(findings: Sequence[Finding]) -> Iterable[str]:
    """The first findings as lines, and how many more there are."""
    for finding in findings[:FINDINGS_SHOWN]:
        yield from finding.lines
    if len(findings) > FINDINGS_SHOWN:
        yield f"and {len(findings) - FINDINGS_SHOWN} more"
