"""What a person concerned by a fault is told of it, in plain words of their language; pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

import msgspec

from tutela.decisions.words.catalogs import catalog_of, chosen
from tutela.decisions.words.names import day_name
from tutela.domain.vocabulary import Audience


class Concerned(StrEnum):
    """Why a fault concerns somebody."""

    #: They gave notice, with a name or an address.
    NOTIFIER = "notifier"
    #: They gave notice, and nothing says who they are: told of notice by notice.
    UNNAMED = "unnamed"
    #: A statement of reasons was issued to them.
    RECIPIENT = "recipient"


class FaultTold(msgspec.Struct, frozen=True, kw_only=True):
    """What the person reads, in the language in which there are words for them."""

    language: str
    title: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Words:
    report: str
    reported: str
    decision: str
    decided: str


_WORDS: Final[Mapping[str, _Words]] = MappingProxyType(
    {
        "en": _Words(
            report="A fault affected what you reported",
            reported=(
                "Between {begun} and {ended} our systems had a fault. It affected what you "
                "reported to us. We are sorry.\n"
                "What we had not answered now waits for a reviewer. What we may have answered "
                "wrongly is looked at again by a person. You do not need to report it again. We "
                "will tell you what is decided."
            ),
            decision="A fault affected a decision about you",
            decided=(
                "Between {begun} and {ended} our systems had a fault. It affected a decision about "
                "you. We are sorry.\n"
                "A person is looking at it again. Until then the decision stays as it is. We will "
                "tell you if it changes. You can still complain with the code that we gave you "
                "with the decision."
            ),
        ),
        "de": _Words(
            report="Ein Fehler hat Ihre Meldung betroffen",
            reported=(
                "Zwischen {begun} und {ended} hatten unsere Systeme einen Fehler. Er hat "
                "betroffen, was Sie uns gemeldet haben. Das tut uns leid.\n"
                "Was noch nicht beantwortet war, liegt jetzt zur Prüfung vor. Was wir vielleicht "
                "falsch beantwortet haben, prüft ein Mensch noch einmal. Sie müssen nichts noch "
                "einmal melden. Wir sagen Ihnen, was entschieden wird."
            ),
            decision="Ein Fehler hat eine Entscheidung über Sie betroffen",
            decided=(
                "Zwischen {begun} und {ended} hatten unsere Systeme einen Fehler. Er hat eine "
                "Entscheidung über Sie betroffen. Das tut uns leid.\n"
                "Ein Mensch prüft sie noch einmal. Bis dahin bleibt es bei der Entscheidung. Wir "
                "sagen Ihnen, wenn sie sich ändert. Mit dem Code, den Sie mit der Entscheidung "
                "bekommen haben, können Sie sich weiterhin beschweren."
            ),
        ),
        "fr": _Words(
            report="Une panne a touché ce que vous avez signalé",
            reported=(
                "Entre le {begun} et le {ended}, nos systèmes ont eu une panne. Elle a touché ce "
                "que vous nous avez signalé. Nous en sommes désolés.\n"
                "Ce qui n'avait pas encore de réponse attend maintenant d'être examiné. Ce à quoi "
                "nous avons peut-être mal répondu est examiné de nouveau par une personne. Vous "
                "n'avez pas besoin de le signaler de nouveau. Nous vous dirons ce qui est décidé."
            ),
            decision="Une panne a touché une décision qui vous concerne",
            decided=(
                "Entre le {begun} et le {ended}, nos systèmes ont eu une panne. Elle a touché une "
                "décision qui vous concerne. Nous en sommes désolés.\n"
                "Une personne l'examine de nouveau. D'ici là, la décision reste en vigueur. Nous "
                "vous dirons si elle change. Vous pouvez toujours faire une réclamation avec le "
                "code reçu avec la décision."
            ),
        ),
        "es": _Words(
            report="Un fallo afectó a lo que usted notificó",
            reported=(
                "Entre el {begun} y el {ended} nuestros sistemas tuvieron un fallo. Afectó a lo "
                "que usted nos notificó. Lo sentimos.\n"
                "Lo que aún no tenía respuesta espera ahora a ser revisado. Lo que quizá "
                "respondimos mal lo revisa de nuevo una persona. No necesita notificarlo otra vez. "
                "Le diremos qué se decide."
            ),
            decision="Un fallo afectó a una decisión sobre usted",
            decided=(
                "Entre el {begun} y el {ended} nuestros sistemas tuvieron un fallo. Afectó a una "
                "decisión sobre usted. Lo sentimos.\n"
                "Una persona la revisa de nuevo. Hasta entonces la decisión sigue en vigor. Le "
                "diremos si cambia. Todavía puede reclamar con el código que recibió con la "
                "decisión."
            ),
        ),
    }
)


def told(
    concerned: Concerned, *, language: str | None, begun: datetime, ended: datetime
) -> FaultTold:
    """The words for somebody concerned by a fault of a window, in their language or English."""
    catalog = catalog_of(chosen(language), audience=Audience.ADULT)
    words = _WORDS[catalog.language]
    days = {
        "begun": day_name(begun.date(), locale=catalog.locale),
        "ended": day_name(ended.date(), locale=catalog.locale),
    }
    is_recipient = concerned is Concerned.RECIPIENT
    return FaultTold(
        language=catalog.language,
        title=words.decision if is_recipient else words.report,
        text=(words.decided if is_recipient else words.reported).format(**days),
    )
