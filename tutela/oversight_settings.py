"""What an operator may choose about who looks where: each setting with its unit and default."""

from dataclasses import dataclass
from typing import Annotated

from tutela import setting_readers as reads
from tutela.page_settings import PageSettings
from tutela.setting_readers import Setting


@dataclass(frozen=True, slots=True, kw_only=True)
class OversightSettings(PageSettings):
    """What an operator may choose about who looks where."""

    glass_seconds: Annotated[
        float,
        Setting(
            variable="TUTELA_GLASS_SECONDS",
            means="how long a case stays open that somebody opened without the right",
            read=reads.between(60, most=3_600),
        ),
    ] = 900.0
    views_days: Annotated[
        int,
        Setting(
            variable="TUTELA_VIEWS_DAYS",
            means="how long it is kept who looked at what",
            read=reads.whole(30, most=3_650),
        ),
    ] = 730
    browsed_cases_max: Annotated[
        int,
        Setting(
            variable="TUTELA_BROWSED_CASES_MAX",
            means="cases that a person opens in a day and neither holds nor decides, unremarked",
            read=reads.whole(1, most=1_000_000),
        ),
    ] = 60
    browsed_subject_max: Annotated[
        int,
        Setting(
            variable="TUTELA_BROWSED_SUBJECT_MAX",
            means="looks of a person at one subject in a week without a decision, unremarked",
            read=reads.whole(1, most=1_000_000),
        ),
    ] = 20
    browsed_night_max: Annotated[
        int,
        Setting(
            variable="TUTELA_BROWSED_NIGHT_MAX",
            means="looks of a person at cases in the nights of a week, unremarked",
            read=reads.whole(1, most=1_000_000),
        ),
    ] = 30
    night_from_hour: Annotated[
        int,
        Setting(
            variable="TUTELA_NIGHT_FROM_HOUR",
            means="the hour of the day at which a night begins",
            read=reads.whole(0, most=23),
        ),
    ] = 22
    night_to_hour: Annotated[
        int,
        Setting(
            variable="TUTELA_NIGHT_TO_HOUR",
            means="the hour of the day at which a night ends",
            read=reads.whole(0, most=23),
        ),
    ] = 6
