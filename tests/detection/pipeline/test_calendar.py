"""Five changes of the legal calendar: not one detection runs without a basis, not one is missed."""

from datetime import date, timedelta

from tests.fixtures.detectors import LISTED, Tokens, panel_of
from tutela.detection.detectors import Item
from tutela.detection.pipeline.seeing import Sight, see
from tutela.domain.events import Visibility
from tutela.domain.signals import Result
from tutela.law.detection import REGISTER, Place

#: What an operator would add once it is law: first for one service and country, then for all.
OPERATORS = """
[[basis]]
code = "national"
visibility = "interpersonal"
countries = ["DE"]
services = ["main/chat"]
surfaces = ["message"]
reference = "an act, section 1"
from = 2027-01-01
verified = true

[[basis]]
code = "union_again"
visibility = "interpersonal"
countries = ["EU"]
reference = "a regulation, Art. 1"
from = 2027-07-01
to = 2028-04-03
verified = true
"""
BASES = REGISTER.together(
    (*REGISTER.built_in(), *REGISTER.read(OPERATORS, file="own.toml")), file="own.toml"
)
Who = tuple[str, str | None]
#: First day of each state of the law, and who may look at a message then: (service, country).
CHANGES: list[tuple[date, set[Who]]] = [
    (date(2020, 12, 21), set()),
    (date(2021, 8, 2), {("main/chat", "DE"), ("main/chat", "FR"), ("main/mail", "DE")}),
    (date(2024, 8, 4), {("main/chat", "DE"), ("main/chat", "FR"), ("main/mail", "DE")}),
    (date(2026, 4, 4), set()),
    (date(2027, 1, 1), {("main/chat", "DE")}),
    (date(2027, 7, 1), {("main/chat", "DE"), ("main/chat", "FR"), ("main/mail", "DE")}),
    (date(2028, 4, 4), {("main/chat", "DE")}),
]
WHO: list[Who] = [
    ("main/chat", "DE"),
    ("main/chat", "FR"),
    ("main/mail", "DE"),
    ("main/chat", "US"),
    ("main/chat", None),
]


def private(service: str, *, country: str | None) -> Sight:
    place = Place(
        service=service,
        surface="message",
        visibility=Visibility.INTERPERSONAL,
        country=country,
    )
    text = f"{service} {country} {LISTED}"
    return Sight(item=Item(surface="message", text=text), place=place)


async def test_no_detection_runs_without_a_basis_on_any_side_of_any_change() -> None:
    detector = Tokens()
    panel = await panel_of(detector)
    ends = [first - timedelta(days=1) for first, _ in CHANGES[1:]]
    days = [*((first, may) for first, may in CHANGES)]
    days += [(end, may) for end, (_, may) in zip(ends, CHANGES, strict=False)]
    wrongly_run = missed = 0
    for day, may in days:
        detector.seen.clear()
        sights = [private(service, country=country) for service, country in WHO]
        seen = await see(sights, panel=panel, bases=BASES, service="main/chat", on=day)
        looked = {each.text for each in detector.looked_at}
        for who, sight, found in zip(WHO, sights, seen, strict=True):
            wrongly_run += who not in may and sight.item.text in looked
            missed += who in may and found.result is not Result.MATCH
            assert (found.why == "no_legal_basis") == (who not in may)
            assert (found.basis is None) == (who not in may)
    assert (wrongly_run, missed) == (0, 0)
    assert len(days) == 13
