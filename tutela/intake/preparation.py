"""From a notice that was read to everything that its commit will write; no I/O."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tutela.access.keys import KeySet, Sealed
from tutela.cases.identity import account_of, subject_key
from tutela.domain.article16 import missing
from tutela.domain.harm import HarmFamily
from tutela.domain.lanes import Lane
from tutela.domain.notice import Notice, Subject
from tutela.domain.vocabulary import Channel, Mark
from tutela.intake.reading import NoticeRead
from tutela.intake.routing import Said, route
from tutela.law.notices import anonymous_keywords
from tutela.ledger import leaf, receipts
from tutela.ledger.leaf import COMMITMENT_NONCE_BYTES, Fact, Leaf
from tutela.ledger.receipts import Promise


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaker:
    """On whose behalf a call is made: all of it from the token, none of it from a body."""

    tenant: str
    service: str
    log_id: str
    channel: Channel
    door: str
    mark: Mark = Mark.REAL
    #: The name of the token; None where the caller has none that may stand in clear.
    sender: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """Clock and chance for one notice: time, id, nonce, and ids for cases that are new."""

    at: datetime
    notice_id: UUID
    nonce: bytes
    case_ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedItem:
    """One subject of the notice; `case_id` counts only where its case is new."""

    ordinal: int
    subject: Subject
    subject_key: bytes
    case_id: UUID
    #: Of the account that is named beside it, or that it is; None where none is named.
    account_key: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedNotice:
    """All that one notice will write, computed before the transaction begins."""

    speaker: Speaker
    id: UUID
    key: str | None
    notice: Notice
    body: bytes
    family: HarmFamily
    lane: Lane
    due_at: datetime
    specialist: bool
    missing: tuple[str, ...]
    items: tuple[PreparedItem, ...]
    leaf: Leaf
    promise: Promise
    received_at: datetime
    include_by: datetime
    key_id: str
    signature: bytes
    code: str
    code_hash: bytes
    sealed: Sealed


def prepare(
    read: NoticeRead, *, speaker: Speaker, stamp: Stamp, keys: KeySet, key: str | None
) -> PreparedNotice:
    """All rows of a notice, under its `external_id` or else under the caller's key."""
    notice = read.notice
    waits = route(_said(notice, channel=speaker.channel), received_at=stamp.at)
    lacking = missing(notice, anonymous_keywords=anonymous_keywords(on=stamp.at.date()))
    written = leaf.write(
        _fact(notice, speaker=speaker, stamp=stamp, lacking=lacking),
        body_commitment=leaf.commitment(read.body, nonce=stamp.nonce),
    )
    promised = receipts.promise(written.leaf_hash, log_id=speaker.log_id, received_at=stamp.at)
    code = receipts.write_code(keys.code_digest(stamp.notice_id.bytes))
    return PreparedNotice(
        speaker=speaker,
        id=stamp.notice_id,
        key=notice.external_id or key,
        notice=notice,
        body=read.body,
        family=waits.family,
        lane=waits.lane,
        due_at=waits.due_at,
        specialist=waits.specialist,
        missing=lacking,
        items=_items(notice, speaker=speaker, stamp=stamp, keys=keys),
        leaf=written,
        promise=promised,
        received_at=stamp.at,
        include_by=receipts.include_by(stamp.at),
        key_id=keys.key_id,
        signature=receipts.sign(promised, signer=keys.sign),
        code=code,
        code_hash=receipts.hash_code(code),
        sealed=keys.seal(stamp.nonce + read.body, row=stamp.notice_id.bytes),
    )


def open_body(sealed: Sealed, *, notice_id: UUID, keys: KeySet) -> bytes:
    """The RFC 8785 form of the body of a stored notice that was not erased."""
    return keys.open(sealed, row=notice_id.bytes)[COMMITMENT_NONCE_BYTES:]


def possible_minor(notice: Notice) -> bool:
    """Whether the notifier says that a minor may stand on any side."""
    return notice.possible_minor is not None and notice.possible_minor.anywhere


def _said(notice: Notice, *, channel: Channel) -> Said:
    return Said(
        channel=channel,
        category=notice.category,
        keyword=notice.keyword,
        imminent_danger=bool(notice.imminent_danger),
        possible_minor=possible_minor(notice),
    )


def _items(
    notice: Notice, *, speaker: Speaker, stamp: Stamp, keys: KeySet
) -> tuple[PreparedItem, ...]:
    def digest(subject: Subject) -> bytes:
        return subject_key(
            subject, tenant=speaker.tenant, service=speaker.service, digest=keys.subject_digest
        )

    return tuple(
        PreparedItem(
            ordinal=ordinal,
            subject=subject,
            subject_key=digest(subject),
            case_id=case_id,
            account_key=None if (account := account_of(subject)) is None else digest(account),
        )
        for ordinal, (subject, case_id) in enumerate(
            zip(notice.subjects, stamp.case_ids, strict=True)
        )
    )


def _fact(notice: Notice, *, speaker: Speaker, stamp: Stamp, lacking: tuple[str, ...]) -> Fact:
    named = {
        "keyword": notice.keyword,
        "language": notice.language,
        "country": notice.country,
        "surface": notice.surface,
    }
    return Fact(
        type="notice.received",
        id=stamp.notice_id,
        at=stamp.at,
        service=speaker.service,
        projection={
            "category": notice.category,
            "channel": speaker.channel,
            "door": speaker.door,
            "mark": speaker.mark,
            "items": len(notice.subjects),
            "imminent_danger": bool(notice.imminent_danger),
            "article_16_complete": not lacking,
            **{name: value for name, value in named.items() if value is not None},
        },
    )
