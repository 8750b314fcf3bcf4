"""The scanner over texts by chance: the figures that its benchmark tells do not get worse."""

import pytest

from benchmarks.identifier_texts import TONGUES
from benchmarks.identifiers import Figures, lines, measured

#: Forms that are told and not promised.
UNSURE = {"a space", "last name in small letters", "last name alone"}
#: What looks like a number of somebody: stopped, as it should be where nothing explains it.
STOPPED = {"bare count of eight digits", "list in spaces"}


@pytest.fixture(scope="module")
def figures() -> Figures:
    return measured(each=4, seed=20)


def test_every_form_of_every_kind_is_found(figures: Figures) -> None:
    sure = [form for form in figures.forms() if form[0] != "benign" and form[1] not in UNSURE]
    assert len(sure) > 30
    missed = {
        form: str(share)
        for form in sure
        if (share := figures.of(kind=form[0], form=form[1])).stopped < 0.9 * share.tried
    }
    assert missed == {}


def test_what_names_nobody_is_not_stopped(figures: Figures) -> None:
    benign = [form for kind, form in figures.forms() if kind == "benign" and form not in STOPPED]
    assert len(benign) > 20
    stopped = {form: str(figures.of(kind="benign", form=form)) for form in benign}
    assert {form: said for form, said in stopped.items() if not said.startswith("  0.00 %")} == {}


def test_the_report_names_every_form_and_language(figures: Figures) -> None:
    told = list(lines(figures))
    assert len(told) == len(figures.forms()) + len(TONGUES) + 1
