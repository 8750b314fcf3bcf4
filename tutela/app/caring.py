"""Care in the house: what the operator chose of it, and what is forgotten."""

from typing import Final

from tutela.app import House, Loop
from tutela.review.care.forgetting import forget
from tutela.review.care.room import CareRoom
from tutela.review.care.rules import MINUTE_SECONDS, CareRules, bound_in, bounds_in
from tutela.review.care.vault import Vault, VaultUnfit, read_key
from tutela.settings import BadSetting, Settings

#: Between two looks for what is kept too long.
FORGET_SECONDS: Final = 3_600.0


def care_room(house: House) -> CareRoom:
    """What care stands on; raises BadSetting, VaultUnfit."""
    return CareRoom(
        pool=house.pool,
        keys=house.keys,
        clock=house.clock,
        chance=house.chance,
        rules=care_rules(house.settings),
        vault=vault(house.settings),
    )


def care_rules(settings: Settings) -> CareRules:
    """What holds for everybody, as the operator set it; raises BadSetting."""
    try:
        by_family = bounds_in(settings.exposure_by_family)
    except ValueError as cause:
        raise BadSetting(f"TUTELA_EXPOSURE_BY_FAMILY names no family of harm: {cause}.") from cause
    return CareRules(
        per_day=bound_in(settings.exposure_per_day),
        by_family=by_family,
        time_zone=settings.care_time_zone,
        reveal_seconds=settings.reveal_seconds,
        link_seconds=settings.vault_link_seconds,
        break_offered_seconds=settings.break_offered_minutes * MINUTE_SECONDS,
        break_taken_seconds=settings.break_taken_minutes * MINUTE_SECONDS,
        break_seconds=settings.break_minutes * MINUTE_SECONDS,
        rotation_reveals=settings.rotation_reveals,
        debrief_reveals=settings.debrief_reveals,
        contact=settings.care_contact,
    )


def vault(settings: Settings) -> Vault | None:
    """Where the platform's media is; None where nobody said. Raises VaultUnfit."""
    if settings.vault_template is None:
        return None
    if settings.vault_key is None:
        raise VaultUnfit("TUTELA_VAULT_TEMPLATE needs TUTELA_VAULT_KEY beside it.")
    return Vault(template=settings.vault_template, key=read_key(settings.vault_key))


def care_loops(house: House) -> tuple[Loop, ...]:
    """What every worker does for care."""
    room = care_room(house)
    return (Loop(name="looks forgotten", every_seconds=FORGET_SECONDS, run=lambda: forget(room)),)
