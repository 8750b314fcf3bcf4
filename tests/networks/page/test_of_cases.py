"""Cases on a page: each member with its group, what it looks like, and whether it came back."""

import numpy as np
import pyarrow as pa

from tests.networks.page.rings import FOUND, MADE_AT, graph
from tutela.networks.files.ranked import Found
from tutela.networks.grouping.documents import WrittenCases
from tutela.networks.grouping.files import Made
from tutela.networks.page.of_cases import shown_cases

FOUND_SO = Found(
    scorer="walk_4",
    scorers={"walk_4": 1.0},
    connects=True,
    held_out_seed_recall=0.8,
    held_out=FOUND,
    seconds=1.0,
    accounts=4,
    seeds=1,
    edges={"follow": 3},
    left_out={},
    remarks=[],
    engine="local",
    seed=0,
)
MEMBERS = {
    "account": ["a", "b", "c"],
    "seed": [True, False, False],
    "group": [1, 1, 2],
    "sure": [1.0, 0.9, 0.8],
    "score": [None, 1.0, 0.5],
    "rank": [None, 1, 2],
    "looks_like": [None, "seller_like", None],
    "possible_minor": [None, None, None],
    "returned_of": [None, None, "z"],
}


def test_a_member_says_what_it_looks_like_and_that_it_came_back() -> None:
    document = WrittenCases(
        connects=True, scorer="walk_4", accounts=4, seeds=1, seeds_alone=[], cases=[], remarks=[]
    )
    made = Made(
        document=document,
        tables={"case-1": pa.table(MEMBERS)},
        graph=graph(list("abcd"), follow=[(0, 1), (1, 2), (2, 3)]),
        seeds=np.array([0]),
        found=FOUND_SO,
    )
    shown = shown_cases(made, made_at=MADE_AT, first=1)
    assert shown.groups == {1: "Group 1"}
    assert shown.remarks == ("1 further members stand in members.csv alone.",)
    shown = shown_cases(made, made_at=MADE_AT, first=10)
    assert [(lead.rank, lead.score) for lead in shown.leads] == [(1, 0.9), (2, 0.8)]
    assert shown.notes[1] == ("looks like a seller",)
    assert shown.notes[2] == ("looks like a removed member who came back",)
