"""Who may know of a case stands in one place, and whatever reads cases asks it or says why not."""

import re
from collections.abc import Iterator
from typing import Final

import pytest

from tests.house.tree import ROOT

SIGHT: Final = "tutela.access.sight."
IN_ONE_PLACE: Final = "tutela/access/sight.sql"
FUNCTIONS: Final = ("known_families(", "known_languages(", "kept_from(")
#: What says of an allegation or of a member of a network by itself.
TOLD: Final = re.compile(r"\b(case_file|item|network_case|network_lead|told_lead)\b")
ASKED: Final = re.compile(r"\{\{tutela\.access\.sight\.(may_know|not_near|work_covers|near)")
#: A block that asks, included where it stands above.
ASKED_ABOVE: Final = "{{may_know_and_read}}"

FIGURES: Final = "counts a service's cases or holds them against each other; shows none to anybody"
NOTICES: Final = "is of a notice under its own key, code or id, and shows no case"
BACKGROUND: Final = "is asked by the house itself, for nobody"
INCIDENT: Final = "is of a fault, over whatever it touched; run at the terminal, shown as counts"
SHOWN_FIRST: Final = (
    "is asked in the transaction in which the case was shown or locked for the caller"
)
BESIDE: Final = "is included in statements alone that ask whether the caller may know the case"
OWN_DESK: Final = "lets go of what the person holds; whoever may know of it no more may do that too"

#: Whole files in which nothing is told to anybody who reads cases.
FILES: Final = {
    "detection/rules/governing/events.sql": FIGURES,
    "drills/queries.sql": BACKGROUND,
    "intake/commit.sql": BACKGROUND,
    "intake/queries.sql": NOTICES,
    "intake/sent.sql": NOTICES,
    "reconciliation/backlog.sql": FIGURES,
    "reconciliation/checks.sql": FIGURES,
    "reconciliation/queries.sql": FIGURES,
    "reconciliation/status.sql": FIGURES,
    "rights/queries.sql": NOTICES,
}

#: Statements that do not ask, each with why it needn't.
STATEMENTS: Final = {
    "decisions/bulk/bulk.sql": {
        "overlap": FIGURES,
        "would_be_held_back": FIGURES,
        "pending_subjects": BACKGROUND,
    },
    "decisions/interests/queries.sql": {
        "give_back": OWN_DESK,
        "put_back_looks": OWN_DESK,
        "hide_reveals": OWN_DESK,
        "decided_before": "is of the declarer's own decisions, and gives them a count alone",
    },
    "decisions/queries.sql": {
        "named_items": SHOWN_FIRST,
        "count_open_items": SHOWN_FIRST,
        "answer_items": SHOWN_FIRST,
        "close_case": SHOWN_FIRST,
        "leave_case": SHOWN_FIRST,
    },
    "decisions/replays/queries.sql": {"freeze": INCIDENT, "decisions_of_incident": INCIDENT},
    "decisions/replays/replaying.sql": dict.fromkeys(
        (
            "lock_cases",
            "items_left",
            "gather_cases",
            "move_items",
            "what_cases_hold",
            "place_cases",
            "close_emptied_cases",
            "mark_requeued",
        ),
        INCIDENT,
    ),
    "decisions/replays/telling.sql": {"statements_of_items": INCIDENT, "concerns_of": INCIDENT},
    "networks/stored/edges.sql": {"possible_minors": BACKGROUND},
    "networks/stored/leads.sql": {
        "keep_cases": BACKGROUND,
        "keep_leads": BACKGROUND,
        "show_members": SHOWN_FIRST,
        "decide_case": SHOWN_FIRST,
    },
    "networks/stored/runs.sql": {"forget_acts": BACKGROUND},
    "review/care/queries.sql": {
        "named_in": SHOWN_FIRST,
        "hand_over": OWN_DESK,
        "give_back": OWN_DESK,
        "exposure_of_team": FIGURES,
        "untaken": FIGURES,
    },
    "review/queries.sql": {
        "waits_for_caller": BESIDE,
        "lease_urgent": BESIDE,
        "release_lease": OWN_DESK,
        "items_of_case": SHOWN_FIRST,
        "open_items_of_case": SHOWN_FIRST,
        "evidence_of_case": SHOWN_FIRST,
        "looks_of_case": SHOWN_FIRST,
    },
    "review/taking.sql": {"kind_of_case": SHOWN_FIRST},
    "review/views/queries.sql": {"note_view": SHOWN_FIRST},
}


def statements() -> Iterator[tuple[str, str, str]]:
    """File, name and text of every statement of the house, without its comments."""
    for path in sorted((ROOT / "tutela").rglob("*.sql")):
        if path.parent.name == "migrations" or path == ROOT / IN_ONE_PLACE:
            continue
        for block in path.read_text(encoding="utf-8").split("-- name: ")[1:]:
            name, *lines = block.splitlines()
            text = "\n".join(line for line in lines if not line.startswith("--"))
            yield str(path.relative_to(ROOT / "tutela")), name.strip(), text


def asks(text: str) -> bool:
    return ASKED.search(text) is not None or ASKED_ABOVE in text


def excused(file: str, *, name: str) -> bool:
    return file in FILES or name in STATEMENTS.get(file, {})


def test_a_statement_over_cases_asks_whether_the_caller_may_know_them_or_says_why_not() -> None:
    silent = [
        f"{file}: {name}"
        for file, name, text in statements()
        if TOLD.search(text) and not asks(text) and not excused(file, name=name)
    ]
    assert silent == []


def test_every_reason_is_of_a_statement_that_is_there_and_does_not_ask() -> None:
    unasked = {
        (file, name) for file, name, text in statements() if TOLD.search(text) and not asks(text)
    }
    reasons = {(file, name) for file, names in STATEMENTS.items() for name in names}
    assert reasons - unasked == set()
    assert set(FILES) - {file for file, _ in unasked} == set()
    assert set(FILES) & set(STATEMENTS) == set()


@pytest.mark.parametrize(
    ("text", "is_silent"),
    [
        ("SELECT c.id FROM case_file c WHERE c.id = %(id)s", True),
        ("SELECT c.id FROM case_file c WHERE {{tutela.access.sight.may_know_case}}", False),
        ("SELECT c.id FROM case_file c WHERE {{may_know_and_read}}", False),
        ("SELECT at FROM exposure_media", False),
    ],
)
def test_a_statement_that_does_not_ask_is_seen(text: str, *, is_silent: bool) -> None:
    assert (TOLD.search(text) is not None and not asks(text)) is is_silent


def test_what_somebody_works_on_and_is_near_to_is_asked_of_the_database_in_one_place() -> None:
    elsewhere = [
        f"{file}: {name}"
        for file, name, text in statements()
        if any(function in text for function in FUNCTIONS)
    ]
    assert elsewhere == []
    assert all(function in (ROOT / IN_ONE_PLACE).read_text() for function in FUNCTIONS)


def test_every_part_of_it_is_asked_somewhere_and_nothing_else_is_shared_between_files() -> None:
    parts = re.findall(r"-- name: (\w+)", (ROOT / IN_ONE_PLACE).read_text())
    texts = [text for _, _, text in statements()]
    paths = {path for text in texts for path in re.findall(r"\{\{(.*?)\}\}", text)}
    above = set(re.findall(r"\{\{(\w+)\}\}", (ROOT / IN_ONE_PLACE).read_text()))
    asked = {path.removeprefix(SIGHT) for path in paths if path.startswith(SIGHT)}
    asked_by_itself = {"all_near"}
    assert set(parts) == asked | above | asked_by_itself
    assert [path for path in paths if "." in path and not path.startswith(SIGHT)] == []
