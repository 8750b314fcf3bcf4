"""Statements of reasons as a platform would file them; synthetic throughout."""

from typing import Any, Final

#: Takes a field out of a statement.
GONE: Final = object()


def a_statement(**changes: object) -> dict[str, Any]:
    """A statement that the Transparency Database takes, changed as told; `GONE` leaves one out."""
    statement: dict[str, Any] = {
        "decision_visibility": ["DECISION_VISIBILITY_CONTENT_REMOVED"],
        "decision_ground": "DECISION_GROUND_ILLEGAL_CONTENT",
        "illegal_content_legal_ground": "Article 1 of an act",
        "illegal_content_explanation": "why it is illegal",
        "category": "STATEMENT_CATEGORY_SCAMS_AND_FRAUD",
        "content_type": ["CONTENT_TYPE_TEXT"],
        "content_date": "2026-11-20",
        "application_date": "2026-11-21",
        "decision_facts": "what was found",
        "source_type": "SOURCE_ARTICLE_16",
        "automated_detection": "No",
        "automated_decision": "AUTOMATED_DECISION_NOT_AUTOMATED",
        "territorial_scope": ["DE", "FR"],
        "puid": "p-1",
    }
    statement |= changes
    return {field: value for field, value in statement.items() if value is not GONE}


def on_terms(**changes: object) -> dict[str, Any]:
    """The same decided on the platform's terms."""
    return a_statement(
        **{
            "decision_ground": "DECISION_GROUND_INCOMPATIBLE_CONTENT",
            "illegal_content_legal_ground": GONE,
            "illegal_content_explanation": GONE,
            "incompatible_content_ground": "clause 4",
            "incompatible_content_explanation": "why it does not fit the terms",
            **changes,
        }
    )
