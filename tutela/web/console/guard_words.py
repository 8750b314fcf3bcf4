"""What the guard's names mean, in the words of whoever keeps children safe."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from tutela.access.roles import Right
from tutela.detection.terms.term import TermKind
from tutela.domain.drift import LeadState
from tutela.domain.guard import EntryState, ObjectionState
from tutela.guard.asking import ItemKind, Surface, Verdict
from tutela.guard.probing import Trait
from tutela.guard.propagation.judging import FindingKind, SurfaceState
from tutela.guard.propagation.looking import Spelling

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
OBJECTIONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        ObjectionState.OPEN: "Waits for somebody who had no part in the block",
        ObjectionState.GRANTED: "Granted: what blocks is asked to be taken back",
        ObjectionState.UPHELD: "The block stays",
    }
)
LEADS: Final[Mapping[str, str]] = MappingProxyType(
    {
        LeadState.OPEN: "Waits for a person",
        LeadState.DISMISSED: "A person found nothing in it",
        LeadState.PROPOSED: "Proposed, another person decides",
        LeadState.LISTED: "Listed",
    }
)
FOUND: Final[Mapping[str, str]] = MappingProxyType(
    {
        SurfaceState.CURRENT: "Serves the newest list",
        SurfaceState.BEHIND: "On its way to the newest list",
        SurfaceState.LAGGING: "Too far behind: what it shows is not guarded by the newest list",
        SurfaceState.UNVERSIONED: "Answers, and does not say by which list",
        SurfaceState.UNAVAILABLE: "Did not answer: what it shows is not known",
    }
)
FINDINGS: Final[Mapping[str, str]] = MappingProxyType(
    {
        FindingKind.LEAK: "Shows what is blocked",
        FindingKind.OVER_BLOCKED: "Shows nothing for something harmless",
    }
)
SPELLINGS: Final[Mapping[str, str]] = MappingProxyType(
    {
        Spelling.OWN: "as it is listed",
        Spelling.DISGUISED: "in a disguise",
        Spelling.CONTROL: "a harmless control",
        Spelling.RESULT: "among the results of something else",
    }
)
TRAITS: Final[Mapping[str, str]] = MappingProxyType(
    {
        Trait.REFUSED: "Many different words that are refused",
        Trait.NEAR_MISS: "Spellings near to words that are refused",
        Trait.MANY: "More words than a person asks for",
    }
)
SERVING: Final[Mapping[str | None, str]] = MappingProxyType(
    {
        None: "Answers by the newest list",
        "degraded": "Answers from what it holds: it does not know whether that is the newest",
        "behind": "Answers by an older list",
        "silent": "Has said nothing lately",
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
    ("Objections", "/objections", Right.SEE_GUARD),
    ("What rises", "/leads", Right.SEE_GUARD),
    ("Surfaces", "/surfaces", Right.SEE_GUARD),
    ("Who tries it out", "/probing", Right.SEE_GUARD),
    ("Emergency", "/emergency", Right.SEE_GUARD),
)


def of_form(form: str | None) -> str:
    """How something is looked for, in words; exactly where it has no form."""
    return "Exactly this id" if form is None else FORMS[form]
