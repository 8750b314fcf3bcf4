"""What an operator may choose about the guard: each setting with its unit and its default."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from tutela import setting_readers as reads
from tutela.care_settings import CareSettings
from tutela.setting_readers import Setting


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardSettings(CareSettings):
    """What an operator may choose about the guard."""

    guard_fail_closed: Annotated[
        str,
        Setting(
            variable="TUTELA_GUARD_FAIL_CLOSED",
            means="the surfaces that show nothing where nothing is known, with commas; or none",
            read=reads.surfaces,
        ),
    ] = "typeahead,recommendation"
    guard_age_seconds: Annotated[
        float,
        Setting(
            variable="TUTELA_GUARD_AGE_SECONDS",
            means="from which age of its snapshot on the guard's answers are degraded",
            read=reads.between(5, most=31 * 86_400),
        ),
    ] = 300.0
    guard_items_per_second: Annotated[
        float,
        Setting(
            variable="TUTELA_GUARD_ITEMS_PER_SECOND",
            means="how many items a token may ask the guard about, in each process",
            read=reads.between(0.1, most=10_000_000),
        ),
    ] = 100_000.0
    guard_probes: Annotated[
        Path | None,
        Setting(
            variable="TUTELA_GUARD_PROBES",
            means="a file of the platform's surfaces that are asked whether the guard holds there",
            read=reads.file,
        ),
    ] = None
    guard_probe_seconds: Annotated[
        float,
        Setting(
            variable="TUTELA_GUARD_PROBE_SECONDS",
            means="between two rounds over the platform's surfaces",
            read=reads.between(1, most=3_600),
        ),
    ] = 20.0
    guard_probing_tokens: Annotated[
        str,
        Setting(
            variable="TUTELA_GUARD_PROBING_TOKENS",
            means="a token that tries out what the guard lists is `told` of, or `shut` out as well",
            read=reads.one_of(("told", "shut")),
        ),
    ] = "told"
