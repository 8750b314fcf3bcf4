"""A match as a notice of the channel `automated`: a lead for a person, never a verdict."""

from collections.abc import Callable, Iterator, Sequence

import msgspec

from tutela.detection.detectors import Item
from tutela.detection.pipeline.policy import Policies
from tutela.detection.pipeline.seeing import Seen
from tutela.domain.notice import EXPLANATION_MAX_CODE_POINTS, Notice, Subject
from tutela.domain.signals import Match
from tutela.domain.vocabulary import Channel

#: Matches that a notice names; it says how many more there are.
NAMED_MAX = 50
KEY_DIGITS = 32
_SAYS = "Found by automated means; no person has seen it yet."

Digest = Callable[[bytes], bytes]

_encode = msgspec.json.Encoder().encode


def notices(
    subject: Subject, *, item: Item, seen: Seen, policies: Policies, digest: Digest
) -> Iterator[bytes]:
    """The body of one notice for each harm that the matches speak of.

    Its key is what was found where: the same finding again is the same notice.
    """
    for policy, found in policies.harms(seen.signals, actions=seen.actions).items():
        entries = sorted({(each.list, each.entry) for _, each in found})
        finding = _encode((subject.kind, subject.id, policy.category, policy.keyword, entries))
        notice = Notice(
            category=policy.category,
            subjects=(subject,),
            external_id=f"detection:{digest(finding).hex()[:KEY_DIGITS]}",
            keyword=policy.keyword,
            explanation=_explanation(found),
            language=item.language,
            surface=item.surface,
            channel=Channel.AUTOMATED,
        )
        yield _encode(notice)


def _explanation(found: Sequence[tuple[str, Match]]) -> str:
    lines = [_line(detector, match=match) for detector, match in found[:NAMED_MAX]]
    more = len(found) - len(lines)
    told = [_SAYS, *lines, *([f"And {more} more."] if more else [])]
    return "\n".join(told)[:EXPLANATION_MAX_CODE_POINTS]


def _line(detector: str, *, match: Match) -> str:
    distance = "" if match.distance is None else f", {match.distance} bits away"
    tags = f", {', '.join(match.tags)}" if match.tags else ""
    where = f"list {match.list}, entry {match.entry}, version {match.version}"
    return f"{detector}: {where}{distance}{tags}"
