"""From a statement of reasons to the text that its recipient reads; pure, plain text."""

from collections.abc import Iterator
from typing import Final

import msgspec

from tutela.decisions.words.catalogs import Catalog, catalog_of, chosen
from tutela.decisions.words.entries import HELP
from tutela.decisions.words.names import country_names, day_name
from tutela.domain.decision import OTHER_KINDS, Division, division
from tutela.domain.notice import Subject
from tutela.domain.statement import Reasons, Restriction, Statement
from tutela.domain.vocabulary import Audience, Ground

#: The gravest restriction gives the title.
_GRAVEST_FIRST: Final = (Division.ACCOUNT, Division.SERVICE, Division.MONETARY, Division.VISIBILITY)


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What the person reads: plain text, in the words of one version of one catalogue."""

    language: str
    audience: Audience
    template_version: str
    title: str
    text: str


def render(statement: Statement, *, code: str, language: str | None, audience: Audience) -> Told:
    """The statement in words: all of Art. 17(3)(a) to (f), never who gave notice.

    `language` is a BCP 47 tag: `de-AT` takes `de`, one without words English. What people wrote
    (facts, explanation, grounds) stands there as it was written, in no other language.
    """
    catalog = catalog_of(chosen(language), audience=audience)
    parts = (
        _what(statement, catalog=catalog),
        _why(statement, catalog=catalog),
        _redress(statement, catalog=catalog),
        _last(code, catalog=catalog),
    )
    return Told(
        language=catalog.language,
        audience=catalog.audience,
        template_version=catalog.version,
        title=catalog.say(f"title.{_gravest(statement).value}"),
        text="\n\n".join(filter(None, map("\n".join, parts))),
    )


def _gravest(statement: Statement) -> Division:
    found = {division(each.kind) for each in statement.restrictions}
    return next(each for each in _GRAVEST_FIRST if each in found)


def _what(statement: Statement, *, catalog: Catalog) -> Iterator[str]:
    yield catalog.say("heading.what")
    subject = statement.subject
    yield catalog.say(f"subject.{subject.kind.value}", subject=_place(subject))
    for restriction in statement.restrictions:
        yield from _restriction(restriction, catalog=catalog)
    if statement.territory is None:
        yield catalog.say("territory.everywhere")
    else:
        countries = country_names(statement.territory, locale=catalog.locale)
        yield catalog.say("territory.countries", countries=countries)
    yield _duration(statement, catalog=catalog)


def _place(subject: Subject) -> str:
    return ", ".join(part for part in (subject.id, subject.url) if part)


def _restriction(restriction: Restriction, *, catalog: Catalog) -> Iterator[str]:
    text = restriction.text or ""
    yield catalog.say(f"restriction.{restriction.kind.value}", text=text)
    if text and restriction.kind not in OTHER_KINDS:
        yield catalog.say("restriction.detail", text=text)


def _duration(statement: Statement, *, catalog: Catalog) -> str:
    days = {"from": day_name(statement.applies_from, locale=catalog.locale)}
    if statement.until is None:
        return catalog.say("duration.open", **days)
    until = day_name(statement.until, locale=catalog.locale)
    return catalog.say("duration.until", **days, until=until)


def _why(statement: Statement, *, catalog: Catalog) -> Iterator[str]:
    yield catalog.say("heading.why")
    yield catalog.say("facts", facts=statement.facts)
    yield catalog.say(f"source.{statement.source.value}")
    yield catalog.say(f"detection.{'automated' if statement.automated_detection else 'person'}")
    yield catalog.say(f"decision.{statement.automated_decision.value}")
    yield _ground(statement.reasons, catalog=catalog)
    if statement.reasons.also_illegal:
        yield catalog.say("ground.also_illegal")
    yield catalog.say("explanation", explanation=statement.reasons.explanation)


def _ground(reasons: Reasons, *, catalog: Catalog) -> str:
    if reasons.ground is Ground.ILLEGAL:
        return catalog.say("ground.illegal", legal_ground=reasons.legal_ground or "")
    terms = {
        "terms_clause": reasons.terms_clause or "",
        "terms_version": reasons.terms_version or "",
    }
    if reasons.terms_in_force_from is None or reasons.terms_url is None:
        return catalog.say("ground.terms", **terms)
    since = day_name(reasons.terms_in_force_from, locale=catalog.locale)
    return catalog.say(
        "ground.terms_registered", **terms, terms_from=since, terms_url=reasons.terms_url
    )


def _redress(statement: Statement, *, catalog: Catalog) -> Iterator[str]:
    if statement.redress:
        yield catalog.say("heading.redress")
    months = str(statement.complaint_window_months)
    for way in statement.redress:
        yield catalog.say(f"redress.{way.value}", months=months)


def _last(code: str, *, catalog: Catalog) -> Iterator[str]:
    yield catalog.say("code", code=code)
    if catalog.audience is Audience.CHILD:
        yield catalog.say(HELP)
