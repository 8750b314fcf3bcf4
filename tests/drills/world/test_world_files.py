"""What the page on the files of a world says is what they hold."""

import re
from types import ModuleType

import msgspec
import pyarrow.parquet as pq
import pytest

from tests.drills.world.conftest import Made
from tests.house.tree import ROOT
from tutela.drills.world import (
    exposures,
    making,
    marks,
    plan,
    planting,
    population,
    returning,
    shapes,
    ties,
)
from tutela.drills.world.files import SCHEMAS, EdgeKind, File
from tutela.drills.world.plan import LookAlike, Shape

PAGE = (ROOT / "docs" / "reference" / "world-files.md").read_text(encoding="utf-8")
MODULES = {
    module.__name__.rpartition(".")[2]: module
    for module in (
        exposures,
        making,
        marks,
        plan,
        planting,
        population,
        returning,
        shapes,
        ties,
    )
}
#: Numbers that change no world: bounds of options, units, how work is cut.
WITHOUT_EFFECT = {"LEAST_ACCOUNTS", "MOST_ACCOUNTS", "DAY_MS", "CHUNK", "SCATTER", "NOBODY"}
#: Numbers that stand for a word.
CODES = {"YES", "NO", "UNKNOWN", "SELLER", "BUYER", "CREATOR", "PERSONALISED", "HELD_BACK"}
ROW = re.compile(r"^\| `(\w+)\.([A-Z_]+)(?:\.(\w+))?` \| (\S+) \|", re.MULTILINE)


def test_every_number_stands_with_its_value() -> None:
    told = {(module, name, part): float(value) for module, name, part, value in ROW.findall(PAGE)}
    assert told == {
        key: value for module in MODULES.values() for key, value in numbers_of(module).items()
    }


def numbers_of(module: ModuleType) -> dict[tuple[str, str, str], float]:
    short = module.__name__.rpartition(".")[2]
    found: dict[tuple[str, str, str], float] = {}
    source = (ROOT / f"{module.__name__.replace('.', '/')}.py").read_text(encoding="utf-8")
    for line in re.findall(r"^([A-Z][A-Z_, ]*) = ", source, re.MULTILINE):
        for name in line.split(", "):
            value = getattr(module, name)
            if name in WITHOUT_EFFECT | CODES:
                continue
            if isinstance(value, marks.Crowd):
                found[short, name, "most"] = value.most
                found[short, name, "next"] = value.next
            elif isinstance(value, int | float):
                found[short, name, ""] = value
    return found


@pytest.mark.parametrize("file", File)
def test_every_column_is_told(file: File, small_world: Made) -> None:
    row = re.search(rf"^\| `{re.escape(file)}` \| ([^|]+) \|", PAGE, re.MULTILINE)
    assert row is not None
    columns = re.findall(r"`(\w+)`", row[1])
    assert columns == SCHEMAS[file].names
    assert columns == pq.read_schema(small_world.folder / file).names


def test_every_word_and_key_is_told(small_world: Made) -> None:
    words = [*EdgeKind, *Shape, *LookAlike, *small_world.document]
    assert [word for word in words if f"`{word}`" not in PAGE] == []


def test_the_folder_holds_what_is_told(small_world: Made) -> None:
    rings = [f"seeds/{ring['name']}.txt" for ring in small_world.document["rings"]]
    found = {
        str(path.relative_to(small_world.folder))
        for path in small_world.folder.rglob("*")
        if path.is_file()
    }
    assert found == {*File, "world.json", "seeds/at-random.txt", *rings}
    text = (small_world.folder / "world.json").read_bytes()
    assert msgspec.json.decode(text)["files"].keys() == set(File)
