"""What an operator may choose about media and the people who look at it: units and defaults."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from tutela import setting_readers as reads
from tutela.setting_readers import Setting

_DAY_MINUTES = 24 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class CareSettings:
    """What an operator may choose about media and the people who look at it."""

    guidelines: Annotated[
        Path | None,
        Setting(
            variable="TUTELA_GUIDELINES",
            means="a register of the guidelines by which people decide, with their versions",
            read=reads.file,
        ),
    ] = None
    vault_template: Annotated[
        str | None,
        Setting(
            variable="TUTELA_VAULT_TEMPLATE",
            means="a link to the platform's media, with {id}, {expires}, {nonce} and {signature}",
            read=reads.vault_template,
        ),
    ] = None
    vault_key: Annotated[
        Path | None,
        Setting(
            variable="TUTELA_VAULT_KEY",
            means="the file of the key that signs links to the vault, 32 bytes or more",
            read=reads.file,
        ),
    ] = None
    vault_link_seconds: Annotated[
        int,
        Setting(
            variable="TUTELA_VAULT_LINK_SECONDS",
            means="how long a link to the vault is good",
            read=reads.whole(5, most=600),
        ),
    ] = 60
    exposure_per_day: Annotated[
        str,
        Setting(
            variable="TUTELA_EXPOSURE_PER_DAY",
            means="reveals and minutes of media that a person may see in a day, `120/60`",
            read=reads.exposure,
        ),
    ] = "120/60"
    exposure_by_family: Annotated[
        str,
        Setting(
            variable="TUTELA_EXPOSURE_BY_FAMILY",
            means="the same for single families of harm, with commas; or none",
            read=reads.exposures,
        ),
    ] = "child_safety=40/20"
    care_time_zone: Annotated[
        str,
        Setting(
            variable="TUTELA_CARE_TIME_ZONE",
            means="where a person's day begins and ends, by its name in the IANA database",
            read=reads.time_zone,
        ),
    ] = "UTC"
    reveal_seconds: Annotated[
        int,
        Setting(
            variable="TUTELA_REVEAL_SECONDS",
            means="how long revealed media is shown, and charged unless it is hidden before",
            read=reads.whole(5, most=3_600),
        ),
    ] = 120
    break_offered_minutes: Annotated[
        int,
        Setting(
            variable="TUTELA_BREAK_OFFERED_MINUTES",
            means="work without a pause after which one is offered",
            read=reads.whole(1, most=_DAY_MINUTES),
        ),
    ] = 50
    break_taken_minutes: Annotated[
        int,
        Setting(
            variable="TUTELA_BREAK_TAKEN_MINUTES",
            means="work without a pause after which one is taken",
            read=reads.whole(1, most=_DAY_MINUTES),
        ),
    ] = 90
    break_minutes: Annotated[
        int,
        Setting(
            variable="TUTELA_BREAK_MINUTES",
            means="how long a pause is",
            read=reads.whole(1, most=_DAY_MINUTES),
        ),
    ] = 10
    rotation_reveals: Annotated[
        int,
        Setting(
            variable="TUTELA_ROTATION_REVEALS",
            means="reveals of one family in two hours after which other families come first",
            read=reads.whole(1, most=10_000),
        ),
    ] = 10
    debrief_reveals: Annotated[
        int,
        Setting(
            variable="TUTELA_DEBRIEF_REVEALS",
            means="hard reveals after which a person is asked how they are",
            read=reads.whole(1, most=10_000),
        ),
    ] = 5
    care_contact: Annotated[
        str | None,
        Setting(
            variable="TUTELA_CARE_CONTACT",
            means="to whom people of the staff can turn, as they are told it",
            read=reads.sentence,
        ),
    ] = None
