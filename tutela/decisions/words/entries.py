"""Which entries a catalogue must have, and which fields each of them must say."""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Final

from tutela.domain.decision import OTHER_KINDS, Division
from tutela.domain.statement import Redress, Source
from tutela.domain.vocabulary import Audience, AutomatedDecision, MeasureKind, SubjectKind

_NONE: Final[frozenset[str]] = frozenset()

#: Entries of the adult words that are no member of a list, with their fields.
_FIXED: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "heading.what": _NONE,
        "heading.why": _NONE,
        "heading.redress": _NONE,
        "restriction.detail": frozenset({"text"}),
        "territory.everywhere": _NONE,
        "territory.countries": frozenset({"countries"}),
        "duration.open": frozenset({"from"}),
        "duration.until": frozenset({"from", "until"}),
        "facts": frozenset({"facts"}),
        "detection.automated": _NONE,
        "detection.person": _NONE,
        "ground.illegal": frozenset({"legal_ground"}),
        "ground.terms": frozenset({"terms_clause", "terms_version"}),
        "ground.terms_registered": frozenset(
            {"terms_clause", "terms_version", "terms_from", "terms_url"}
        ),
        "ground.also_illegal": _NONE,
        "explanation": frozenset({"explanation"}),
        "code": frozenset({"code"}),
    }
)
_REDRESS_FIELDS: Final = MappingProxyType({Redress.INTERNAL_COMPLAINT: frozenset({"months"})})
#: What children are told besides.
HELP: Final = "help"


@cache
def needed(audience: Audience) -> Mapping[str, frozenset[str]]:
    """Every entry with its fields; all of Art. 17(3)(a) to (f), and of Art. 14(3) for a child."""
    entries = {
        **{f"title.{each}": _NONE for each in Division},
        **{f"subject.{each}": frozenset({"subject"}) for each in SubjectKind},
        **{
            f"restriction.{each}": frozenset({"text"}) if each in OTHER_KINDS else _NONE
            for each in MeasureKind
        },
        **{f"source.{each}": _NONE for each in Source},
        **{f"decision.{each}": _NONE for each in AutomatedDecision},
        **{f"redress.{each}": _REDRESS_FIELDS.get(each, _NONE) for each in Redress},
        **_FIXED,
    }
    if audience is Audience.CHILD:
        entries[HELP] = _NONE
    return MappingProxyType(entries)
