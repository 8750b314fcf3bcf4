"""What the calls take and answer by which people keep policies together."""

from collections.abc import Mapping
from typing import Any, Final

from tutela.detection.rules.governing.judging import RuleAgreeing, RuleMoved, RuleRefusing
from tutela.detection.rules.governing.precision import Precisions
from tutela.detection.rules.governing.previewing import RulePreview
from tutela.detection.rules.governing.proposing import RuleProposal, RuleProposed, RuleText
from tutela.detection.rules.governing.showing import RulePage, RuleVersion
from tutela.detection.rules.governing.switching import RuleSwitchAsked, RuleSwitches
from tutela.domain.rules import RuleState
from tutela.web.api.rules import FilesView
from tutela.web.operation import Operation

_OF_VERSIONS: Final = {"state": {"enum": [str(each) for each in RuleState]}}


def _moved(name: str, *, summary: str, takes: Any, body_required: bool) -> Operation:  # noqa: ANN401 - a type
    return Operation(
        name=name,
        summary=summary,
        takes=takes,
        body_required=body_required,
        answers={200: RuleMoved},
        errors=frozenset({404, 409}),
    )


RULE_OPERATIONS: Final[Mapping[str, Operation]] = {
    "GET /v1/rules/files": Operation(
        name="showRuleFiles",
        summary="The policies that are in force by the operator's files, and what is wrong there.",
        answers={200: FilesView},
    ),
    "GET /v1/rules/precision": Operation(
        name="showRulePrecision",
        summary="How often people confirm what each policy leads to, by language.",
        answers={200: Precisions},
    ),
    "POST /v1/rules/preview": Operation(
        name="previewRuleText",
        summary="What a policy would have come to on last week's content; nothing is written.",
        takes=RuleText,
        answers={200: RulePreview},
    ),
    "GET /v1/rules/switch": Operation(
        name="showRuleSwitch",
        summary="What is switched off, by whom and until when.",
        answers={200: RuleSwitches},
    ),
    "POST /v1/rules/switch": Operation(
        name="throwRuleSwitch",
        summary="Turn a policy, or all, off at once, for a time, or on again.",
        takes=RuleSwitchAsked,
        answers={200: RuleSwitches},
        errors=frozenset({404}),
    ),
    "GET /v1/rules/versions": Operation(
        name="listRuleVersions",
        summary="The versions of policies that people keep, the newest first.",
        answers={200: RulePage},
        query_schemas=_OF_VERSIONS,
    ),
    "POST /v1/rules/versions": Operation(
        name="proposeRuleVersion",
        summary="Ask for a version of a policy; without effect until another person agrees.",
        takes=RuleProposal,
        answers={201: RuleProposed, 200: RuleProposed},
        errors=frozenset({409}),
    ),
    "GET /v1/rules/versions/{version_id}": Operation(
        name="showRuleVersion",
        summary="One version with its text, and what was done to it.",
        answers={200: RuleVersion},
        errors=frozenset({404}),
    ),
    "GET /v1/rules/versions/{version_id}/preview": Operation(
        name="previewRuleVersion",
        summary="What a version would have come to on last week's content, beside the live one.",
        answers={200: RulePreview},
        errors=frozenset({404, 422}),
    ),
    "POST /v1/rules/versions/{version_id}/approve": _moved(
        "approveRuleVersion",
        summary="Done as another had asked: into shadow, or out of it all.",
        takes=RuleAgreeing,
        body_required=False,
    ),
    "POST /v1/rules/versions/{version_id}/promote": _moved(
        "promoteRuleVersion",
        summary="From shadow to live, by somebody who had not proposed it.",
        takes=RuleAgreeing,
        body_required=False,
    ),
    "POST /v1/rules/versions/{version_id}/reject": _moved(
        "rejectRuleVersion",
        summary="Not done as was asked, or one's own word taken back.",
        takes=RuleRefusing,
        body_required=True,
    ),
    "POST /v1/rules/versions/{version_id}/retire": _moved(
        "retireRuleVersion",
        summary="Out of shadow at once; of what is live it is asked.",
        takes=RuleRefusing,
        body_required=True,
    ),
}
