"""A case as its page tells it: same words once, the longest cut, who is named, what stands out."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tutela.domain.notice import Subject
from tutela.domain.signals import Result
from tutela.domain.states import ItemState
from tutela.review.case_view import CaseView, ItemView, LookView, NoticeView

#: Notices that are told one by one at once; the others are folded.
UNFOLDED_MAX = 5
#: Of one notice's words, in code points, until it is asked for as a whole.
WORDS_MAX = 2_000
#: Of all notices' words together, in code points.
WORDS_MAX_TOGETHER = 60_000
#: Of a notice beyond that.
WORDS_MIN = 160
TOLD_MAX = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Notices that say the same, told once."""

    first: ItemView
    #: How many say it, the first among them.
    count: int
    words: str | None
    is_cut: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseShown:
    """What the page of a case shows besides the case itself."""

    unfolded: Sequence[Told]
    folded: Sequence[Told]
    #: Notices that are neither: there are too many.
    untold: int
    subject: Subject | None
    #: Every address under which notices name it.
    urls: Sequence[str]
    #: The accounts that notices name beside it, the most named first.
    accounts: Sequence[str]
    channels: Sequence[tuple[str, int]]
    languages: Sequence[str]
    danger: int
    minor: int
    #: What detectors came to, the newest look; None where none looked.
    looked: LookView | None

    @property
    def result(self) -> Result:
        """What is known by detection: unknown where nobody looked."""
        return Result.UNAVAILABLE if self.looked is None else self.looked.result


def shown(case: CaseView, *, whole: str = "") -> CaseShown:
    """The case in the order of its page; the item of the id `whole` with all its words."""
    told = list(_told(case.items, whole=whole))
    subjects = [item.subject for item in case.items if item.subject.id or item.subject.url]
    notices = [item.notice for item in case.items]
    return CaseShown(
        unfolded=told[:UNFOLDED_MAX],
        folded=told[UNFOLDED_MAX:TOLD_MAX],
        untold=sum(each.count for each in told[TOLD_MAX:]) + case.item_count - len(case.items),
        subject=subjects[0] if subjects else None,
        urls=_common(each.url for each in subjects),
        accounts=_common(_account(each) for each in subjects),
        channels=Counter(each.channel for each in notices).most_common(),
        languages=_common(each.language for each in notices),
        danger=sum(each.imminent_danger for each in notices),
        minor=sum(each.possible_minor for each in notices),
        looked=case.signals[0] if case.signals else None,
    )


def _told(items: Sequence[ItemView], *, whole: str) -> Iterable[Told]:
    groups: dict[tuple[object, ...], list[ItemView]] = {}
    for item in items:
        groups.setdefault(_sameness(item), []).append(item)
    left = WORDS_MAX_TOGETHER
    for members in groups.values():
        first = next((each for each in members if each.id == whole), members[0])
        said = first.notice.explanation
        room = len(said or "") if first.id == whole else max(min(WORDS_MAX, left), WORDS_MIN)
        words = None if said is None else said[:room]
        left = max(0, left - len(words or ""))
        yield Told(
            first=first,
            count=len(members),
            words=words,
            is_cut=words is not None and len(words) < len(said or ""),
        )


def _sameness(item: ItemView) -> tuple[object, ...]:
    """What must be alike for two notices to be told as one; open ones never stand with answered."""
    notice: NoticeView = item.notice
    return (
        item.state is ItemState.OPEN,
        notice.erased,
        notice.explanation,
        notice.category,
        notice.keyword,
        notice.imminent_danger,
        notice.possible_minor,
        item.subject.url,
        item.subject.account_id,
    )


def _account(subject: Subject) -> str | None:
    return subject.id if subject.kind == "account" else subject.account_id


def _common(names: Iterable[str | None]) -> list[str]:
    return [name for name, _ in Counter(name for name in names if name).most_common(20)]
