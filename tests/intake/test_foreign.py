"""What other systems send is read or refused with a place, whatever it is; nothing else happens."""

import json
from contextlib import suppress
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from tutela.intake.channels import coop, osprey
from tutela.intake.opening import notice_in
from tutela.intake.reading import NotJson, Unfit

ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))
ANY_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**64), 2**64)
    | st.floats(allow_nan=False, allow_infinity=False)
    | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(ANY_TEXT, inner, max_size=4),
    max_leaves=12,
)
FIELDS = (
    *("reporter", "reportedAt", "reportedForReason", "reportedItemThread"),
    *("reportedItemsInThread", "additionalItems", "type", "object", "actor", "reasonType"),
)
NAMES = (
    *("post_id", "reported_user_id", "target", "target_type", "url", "author", "reason", "csam"),
    *("category", "surface", "comment", "userId"),
)


@given(st.dictionaries(st.sampled_from(FIELDS), ANY_JSON), ANY_JSON)
def test_a_report_of_coop_that_names_something_is_taken_whatever_else_it_says(
    more: dict[str, object], inner: object
) -> None:
    item = {"id": "item-4f1c", "typeId": inner, "data": inner}
    raw = json.dumps({**more, "reportedItem": item}, allow_nan=False).encode()
    read = coop.read_report(raw, now=datetime.now(UTC))
    assert read.notice.subjects[0].id == "item-4f1c"
    again = notice_in(read.body)
    assert again.subjects == read.notice.subjects
    assert (again.category, again.explanation) == (read.notice.category, read.notice.explanation)


@given(st.dictionaries(st.sampled_from(NAMES), ANY_JSON), ANY_JSON)
def test_a_report_of_osprey_that_names_something_is_taken_whatever_else_it_says(
    more: dict[str, object], other: object
) -> None:
    action = {
        "action_name": "report",
        "action_id": other,
        "timestamp": other,
        "data": {**more, "reported_post_id": "post-4f1c"},
        "type": other,
    }
    raw = json.dumps(action, allow_nan=False).encode()
    found = osprey.read_action(raw, reports=osprey.REPORTS, now=datetime.now(UTC))
    assert found is not None
    assert found.read.notice.subjects[0].id == "post-4f1c"
    assert notice_in(found.read.body).subjects == found.read.notice.subjects


@given(ANY_JSON, st.binary(max_size=40))
def test_anything_at_all_is_read_or_refused(value: object, raw: bytes) -> None:
    written = json.dumps({"action_name": "report", "reportedItem": value, "data": value})
    for body in (raw, written.encode(), json.dumps(value).encode()):
        for read in (
            lambda each: coop.read_report(each, now=datetime.now(UTC)).notice,
            lambda each: osprey.read_action(each, reports={"report"}, now=datetime.now(UTC)),
        ):
            with suppress(NotJson, Unfit):
                read(body)
