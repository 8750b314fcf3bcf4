"""From a statement that passed to the row that is stored and to what the caller is answered."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from tutela.drills.transparency_database.vocabulary import COUNTRY

Row = dict[str, object]

_END_DATES: Final = tuple(
    f"end_date_{subject}_restriction"
    for subject in ("visibility", "monetary", "service", "account")
)
_LISTS: Final = (
    "decision_visibility",
    "category_addition",
    "category_specification",
    "content_type",
    "territorial_scope",
)
#: Every column of a stored statement that its sender fills.
COLUMNS: Final = (
    "decision_visibility",
    "decision_visibility_other",
    "end_date_visibility_restriction",
    "decision_monetary",
    "decision_monetary_other",
    "end_date_monetary_restriction",
    "decision_provision",
    "end_date_service_restriction",
    "decision_account",
    "end_date_account_restriction",
    "account_type",
    "decision_ground",
    "decision_ground_reference_url",
    "illegal_content_legal_ground",
    "illegal_content_explanation",
    "incompatible_content_ground",
    "incompatible_content_explanation",
    "incompatible_content_illegal",
    "category",
    "category_addition",
    "category_specification",
    "category_specification_other",
    "content_type",
    "content_type_other",
    "content_language",
    "content_date",
    "content_id_ean",
    "territorial_scope",
    "application_date",
    "decision_facts",
    "source_type",
    "source_identity",
    "automated_detection",
    "automated_decision",
    "puid",
)
#: What the batch call answers with null where the sender said nothing.
_ANSWERED_NULL: Final = tuple(
    name
    for name in COLUMNS
    if name not in {*_LISTS, "category", "decision_ground", "application_date", "decision_facts"}
    and name not in {"automated_detection", "automated_decision", "puid"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """What the database gives a statement."""

    id: int
    uuid: str
    platform_name: str
    created_at: str
    base_url: str

    def fields(self) -> Row:
        """The fields that every answer has."""
        return {
            "uuid": self.uuid,
            "created_at": self.created_at,
            "platform_name": self.platform_name,
            "permalink": f"{self.base_url}/statement/{self.uuid}",
            "self": f"{self.base_url}/api/v1/statement/{self.uuid}",
        }


def single_row(kept: Mapping[str, object]) -> Row:
    """The row of the single call: lists sorted, the main category not among the additional."""
    row = dict(kept)
    for name in ("content_type", "decision_visibility", "category_specification"):
        if row.get(name) is not None:
            row[name] = _sorted(row[name])
    if row.get("category_addition") is not None:
        row["category_addition"] = [
            member for member in _members(row["category_addition"]) if member != row["category"]
        ]
    _add_ean(row)
    return _whole(row)


def batch_row(kept: Mapping[str, object]) -> Row:
    """The row of the batch call: what belongs to another choice is null."""
    row = dict(kept)
    if "KEYWORD_OTHER" not in _members(row.get("category_specification")):
        row["category_specification_other"] = None
    if row.get("source_type") == "SOURCE_VOLUNTARY":
        row["source_identity"] = None
    row["content_id_ean"] = None
    _add_ean(row)
    return _whole(row)


def single_answer(kept: Mapping[str, object], *, row: Row, stamp: Stamp) -> Row:
    """What `POST /statement` answers: the fields sent, as stored, with every end date."""
    answer = {name: row[name] for name in COLUMNS if name in kept or name in _END_DATES}
    answer["territorial_scope"] = row["territorial_scope"]
    if row["content_id_ean"] is not None:
        answer["content_id_ean"] = row["content_id_ean"]
    if "content_id" in kept:
        answer["content_id"] = kept["content_id"]
    return answer | stamp.fields() | {"id": stamp.id, "puid": kept["puid"]}


def batch_answer(kept: Mapping[str, object], *, row: Row, stamp: Stamp) -> Row:
    """What `POST /statements` answers for one: the fields as sent, and no id."""
    answer = dict(kept)
    answer.pop("content_id", None)
    answer["content_id_ean"] = row["content_id_ean"]
    answer["territorial_scope"] = row["territorial_scope"]
    for name in _LISTS:
        if answer.get(name) is None:
            answer[name] = []
    for name in _ANSWERED_NULL:
        answer.setdefault(name, None)
    return answer | stamp.fields()


def shown(row: Row) -> Row:
    """What `GET /statement/{uuid}` answers for a stored row: all but the PUID and the method."""
    return {name: row[name] for name in row if name not in {"id", "puid", "method"}}


def _whole(row: Row) -> Row:
    whole = {name: row.get(name) for name in COLUMNS}
    for name in _LISTS:
        whole[name] = _sorted(whole[name])
    whole["territorial_scope"] = [
        code for code in _sorted(whole["territorial_scope"]) if code in COUNTRY
    ]
    return whole


def _add_ean(row: Row) -> None:
    content_id = row.get("content_id")
    if row.get("content_id_ean") is None and isinstance(content_id, dict):
        row["content_id_ean"] = content_id.get("EAN-13")


def _members(value: object) -> list[str]:
    if isinstance(value, dict):
        value = list(value.values())
    return [str(member) for member in value] if isinstance(value, list) else []


def _sorted(value: object) -> list[str]:
    return sorted(set(_members(value)))
