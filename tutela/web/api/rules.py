"""`/v1/rules`: policies that two people keep, what they would come to, and the switch over them."""

from uuid import UUID

import msgspec

from tutela.detection.rules.book import Standing
from tutela.detection.rules.governing import judging, previewing, showing, switching
from tutela.detection.rules.governing.judging import Order, RuleAgreeing, RuleRefusing
from tutela.detection.rules.governing.precision import precision
from tutela.detection.rules.governing.proposing import RuleProposal, RuleText, propose
from tutela.detection.rules.governing.room import RuleRoom, UnknownRule
from tutela.detection.rules.governing.showing import Wanted
from tutela.detection.rules.governing.switching import RuleSwitchAsked
from tutela.domain.canonical import timestamp
from tutela.domain.rules import RuleState
from tutela.intake.reading import read_struct
from tutela.web.answer import Answer, answer
from tutela.web.endpoint import Asked, Handler
from tutela.web.paging import page_asked, uuid_or_none

RULE_STATES = tuple(str(state) for state in RuleState)


class FileRule(msgspec.Struct, frozen=True, kw_only=True):
    """A policy that is in force by the operator's files."""

    policy: str
    version: int
    mode: str
    title: str
    owner: str


class FilesView(msgspec.Struct, frozen=True, kw_only=True):
    """The policies of files, as this process has them."""

    #: Whether what lies in the files is what is in force; null where there are none.
    current: bool | None
    loaded_at: str | None
    #: What is wrong with the files as they lie there, with its places.
    findings: list[str]
    policies: list[FileRule]


def show_files(room: RuleRoom) -> Handler:
    """200 with what is in force by files."""

    async def handle(asked: Asked) -> Answer:  # noqa: ARG001 - the same for every caller
        return answer(_files(None if room.book is None else room.book.standing))

    return handle


def show_versions(room: RuleRoom) -> Handler:
    """200 with a page of versions, the newest first."""

    async def handle(asked: Asked) -> Answer:
        page = page_asked(asked, states=RULE_STATES)
        states = None if page.state is None else (page.state,)
        wanted = Wanted(limit=page.limit, after=page.after, states=states)
        return answer(await showing.list_versions(room, caller=asked.caller, wanted=wanted))

    return handle


def show_one_version(room: RuleRoom) -> Handler:
    """200 with one version, its text and its history."""

    async def handle(asked: Asked) -> Answer:
        version_id = _version_id(asked)
        found = await showing.show_version(room, caller=asked.caller, version_id=version_id)
        return answer(found)

    return handle


def propose_version(room: RuleRoom) -> Handler:
    """201 once it is asked for; 200 where the same was asked before."""

    async def handle(asked: Asked) -> Answer:
        proposal = read_struct(asked.body, kind=RuleProposal)
        proposed, is_new = await propose(room, caller=asked.caller, proposal=proposal)
        return answer(proposed, status=201 if is_new else 200)

    return handle


def preview_text(room: RuleRoom) -> Handler:
    """200 with what a text would have come to; nothing is written."""

    async def handle(asked: Asked) -> Answer:
        said = read_struct(asked.body, kind=RuleText)
        return answer(await previewing.preview_of(room, caller=asked.caller, text=said.text))

    return handle


def preview_version(room: RuleRoom) -> Handler:
    """200 with what a version would have come to."""

    async def handle(asked: Asked) -> Answer:
        version_id = _version_id(asked)
        return answer(await previewing.preview(room, caller=asked.caller, version_id=version_id))

    return handle


def approve_version(room: RuleRoom) -> Handler:
    """200 once what another person asked is done."""

    async def handle(asked: Asked) -> Answer:
        said = _agreeing(asked)
        return answer(await judging.approve(room, order=_order(asked), said=said))

    return handle


def promote_version(room: RuleRoom) -> Handler:
    """200 once it is live."""

    async def handle(asked: Asked) -> Answer:
        said = _agreeing(asked)
        return answer(await judging.promote(room, order=_order(asked), said=said))

    return handle


def reject_version(room: RuleRoom) -> Handler:
    """200 once it is settled that what was asked is not done."""

    async def handle(asked: Asked) -> Answer:
        order, said = _order(asked), read_struct(asked.body, kind=RuleRefusing)
        return answer(await judging.reject(room, order=order, said=said))

    return handle


def retire_version(room: RuleRoom) -> Handler:
    """200 once it is out of shadow, or once it is asked that it be taken out."""

    async def handle(asked: Asked) -> Answer:
        order, said = _order(asked), read_struct(asked.body, kind=RuleRefusing)
        return answer(await judging.retire(room, order=order, said=said))

    return handle


def show_switch(room: RuleRoom) -> Handler:
    """200 with everything that is off."""

    async def handle(asked: Asked) -> Answer:
        return answer(await switching.show(room, caller=asked.caller))

    return handle


def throw_switch(room: RuleRoom) -> Handler:
    """200 with everything that is off once it is thrown."""

    async def handle(asked: Asked) -> Answer:
        said = read_struct(asked.body, kind=RuleSwitchAsked)
        return answer(await switching.throw(room, caller=asked.caller, asked=said))

    return handle


def show_precision(room: RuleRoom) -> Handler:
    """200 with how often people confirm what each policy leads to."""

    async def handle(asked: Asked) -> Answer:
        return answer(await precision(room, caller=asked.caller))

    return handle


def _files(standing: Standing | None) -> FilesView:
    policies = None if standing is None else standing.policies
    loaded_at = None if standing is None else standing.loaded_at
    return FilesView(
        current=None if standing is None else standing.is_current,
        loaded_at=None if loaded_at is None else timestamp(loaded_at),
        findings=[]
        if standing is None
        else [line for each in standing.findings for line in each.lines],
        policies=[
            FileRule(
                policy=each.id,
                version=each.version,
                mode=str(each.mode),
                title=each.title,
                owner=each.owner,
            )
            for each in (() if policies is None else policies.policies)
        ],
    )


def _agreeing(asked: Asked) -> RuleAgreeing:
    return read_struct(asked.body, kind=RuleAgreeing) if asked.body else RuleAgreeing()


def _order(asked: Asked) -> Order:
    return Order(caller=asked.caller, id=_version_id(asked))


def _version_id(asked: Asked) -> UUID:
    version_id = uuid_or_none(asked.path["version_id"])
    if version_id is None:
        raise UnknownRule("This service keeps no such version of a rule.")
    return version_id
