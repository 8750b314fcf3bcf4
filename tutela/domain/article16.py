"""What a notice lacks of DSA Art. 16(2). It says what is missing; it never closes a door."""

import re
from collections.abc import Collection, Iterator, Sequence
from typing import Final, Protocol

from tutela.domain.text import is_blank
from tutela.domain.vocabulary import Keyword, SubjectKind

#: An id that is itself a location, such as `at://did:plc:abc/app.bsky.feed.post/1`.
_ABSOLUTE_URI: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://\S+")

#: Kinds whose id is their location: a tag or a query is found by its own words.
_NAMED_BY_ID: Final = frozenset({SubjectKind.TAG, SubjectKind.QUERY})


class NotifierView(Protocol):
    """Who gives notice, as Art. 16(2)(c) asks."""

    @property
    def name(self) -> str | None: ...
    @property
    def email(self) -> str | None: ...


class SubjectView(Protocol):
    """What the notice is about, as Art. 16(2)(b) asks."""

    @property
    def kind(self) -> SubjectKind: ...
    @property
    def id(self) -> str | None: ...
    @property
    def url(self) -> str | None: ...


class NoticeView(Protocol):
    """The fields of a notice that Art. 16(2) speaks of."""

    @property
    def explanation(self) -> str | None: ...
    @property
    def subjects(self) -> Sequence[SubjectView]: ...
    @property
    def notifier(self) -> NotifierView | None: ...
    @property
    def good_faith(self) -> bool | None: ...
    @property
    def keyword(self) -> Keyword | None: ...


def missing(notice: NoticeView, *, anonymous_keywords: Collection[str]) -> tuple[str, ...]:
    """JSON pointers to what Art. 16(2) asks for and the notice lacks, in the order of (a) to (d).

    `anonymous_keywords` are the offences of Art. 16(2)(c), from `law`: their notifier may stay
    unknown. Blank texts count as missing.
    """
    pointers = [] if not is_blank(notice.explanation) else ["/explanation"]
    pointers += [
        f"/subjects/{index}/url"
        for index, subject in enumerate(notice.subjects)
        if not _is_located(subject)
    ]
    if notice.keyword is None or notice.keyword not in anonymous_keywords:
        pointers += _missing_of_notifier(notice.notifier)
    if notice.good_faith is not True:
        pointers.append("/good_faith")
    return tuple(pointers)


def _is_located(subject: SubjectView) -> bool:
    """Whether the exact electronic location is clear: a URL, or an id that is one."""
    if not is_blank(subject.url):
        return True
    if subject.id is None or is_blank(subject.id):
        return False
    return subject.kind in _NAMED_BY_ID or _ABSOLUTE_URI.fullmatch(subject.id) is not None


def _missing_of_notifier(notifier: NotifierView | None) -> Iterator[str]:
    if notifier is None:
        yield "/notifier"
        return
    if is_blank(notifier.name):
        yield "/notifier/name"
    if is_blank(notifier.email):
        yield "/notifier/email"
