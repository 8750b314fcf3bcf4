"""What care is told: bounds by family, a vault's key, and how somebody likes media to be shown."""

from pathlib import Path

import pytest

from tests.fixtures.caring import looker
from tests.fixtures.house import Rooms
from tutela.review.care import appearance
from tutela.review.care.appearance import Appearance
from tutela.review.care.rules import ALL, CareRules, bounds_in
from tutela.review.care.vault import KEY_MIN_BYTES, VaultUnfit, read_key


def test_a_family_without_a_bound_of_its_own_has_that_of_the_day() -> None:
    rules = CareRules(by_family=bounds_in("child_safety=40/20"))
    assert set(rules.bounds("child_safety")) == {ALL, "child_safety"}
    assert set(rules.bounds("scams")) == {ALL}
    assert dict(bounds_in("none")) == {}


def test_a_vaults_key_that_is_away_or_short_is_refused_by_its_file(tmp_path: Path) -> None:
    key = tmp_path / "vault.key"
    with pytest.raises(VaultUnfit, match=r"vault\.key can't be read"):
        read_key(key)
    key.write_bytes(bytes(KEY_MIN_BYTES - 1))
    with pytest.raises(VaultUnfit, match=f"has {KEY_MIN_BYTES - 1} bytes"):
        read_key(key)
    key.write_bytes(bytes(KEY_MIN_BYTES))
    assert read_key(key) == bytes(KEY_MIN_BYTES)


async def test_media_is_shown_as_somebody_chose_and_as_the_house_does_before(rooms: Rooms) -> None:
    person = await looker(rooms)
    assert await appearance.of_person(person.room, caller=person.caller) == Appearance()
    chosen = Appearance(greyscale=False, blurred=True, small=False)
    await appearance.choose(person.room, caller=person.caller, chosen=chosen)
    assert await appearance.of_person(person.room, caller=person.caller) == chosen
