"""What the guard's names mean, in the words of whoever keeps children safe."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from tutela.access.roles import Right
from tutela.detection.terms.term import TermKind
from tutela.domain.guard import EntryState
from tutela.guard.asking import ItemKind, Surface, Verdict

STATES: Final[Mapping[str, str]] = MappingProxyType(
    {
        EntryState.PROPOSED: "Proposed, waits for a second person",
        EntryState.PROVISIONAL: "In force in an emergency, waits for a second person",
        EntryState.LIVE: "In force",
        EntryState.LEAVING: "In force, somebody asks to take it back",
        EntryState.SUSPENDED: "Taken out in an emergency, waits for a second person",
        EntryState.REJECTED: "Not agreed to",
        EntryState.LAPSED: "Nobody agreed in time",
        EntryState.EXPIRED: "Its time is over",
        EntryState.WITHDRAWN: "Taken back",
    }
)
KINDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        ItemKind.TEXT: "Search words",
        ItemKind.TAG: "Hashtag",
        ItemKind.ACCOUNT: "Account",
        ItemKind.CONTENT: "Content",
    }
)
VERDICTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        Verdict.BLOCK: "Shows nothing, no way round",
        Verdict.RESTRICT: "Shown to who asks, never suggested",
        Verdict.ALLOW: "Lets through what another entry would block",
    }
)
FORMS: Final[Mapping[str, str]] = MappingProxyType(
    {
        TermKind.WORD: "As a word of its own",
        TermKind.PHRASE: "As these words one after the other",
        TermKind.SUBSTRING: "Anywhere, inside longer words too",
        TermKind.ALLOW: "As an exception",
    }
)
SURFACES: Final[Mapping[str, str]] = MappingProxyType(
    {
        Surface.SEARCH: "Search",
        Surface.TYPEAHEAD: "Suggestions while typing",
        Surface.HASHTAG: "Hashtag pages",
        Surface.RECOMMENDATION: "Recommendations",
    }
)
EVENTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "proposed": "Proposed",
        "enacted": "Listed at once, in an emergency",
        "approved": "Agreed to",
        "rejected": "Not agreed to",
        "taken_back": "Own word taken back",
        "lapsed": "Nobody agreed in time",
        "withdrawal_proposed": "Asked to be taken back",
        "suspended": "Taken out at once, in an emergency",
        "expired": "Its time was over",
        "entry_opened": "Read in plain words",
        "objected": "Objected to",
        "objection_granted": "Objection granted",
        "objection_upheld": "Objection found wrong, the block stays",
        "lead_dismissed": "Lead dismissed",
        "switch_shut": "Shut",
        "switch_kept": "Kept shut",
        "switch_opened": "Opened again",
        "switch_ended": "Opened by itself",
    }
)
#: The forms that somebody may choose; an exception is chosen by what it does.
FORMS_CHOSEN: Final[Mapping[str, str]] = MappingProxyType(
    {form: meaning for form, meaning in FORMS.items() if form != TermKind.ALLOW}
)
#: The parts of the guard's screens: name, place below `/guard`, the right that shows them.
TABS: Final = (
    ("Entries", "", Right.SEE_GUARD),
    ("Propose", "/propose", Right.PROPOSE_GUARD),
)


def of_form(form: str | None) -> str:
    """How something is looked for, in words; exactly where it has no form."""
    return "Exactly this id" if form is None else FORMS[form]
