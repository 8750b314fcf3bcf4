"""A world as its platform would tell of it: JSON Lines of events."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tutela.drills.world.files import File
from tutela.drills.world.making import WORLD, Tell
from tutela.drills.world.plan import WorldUnfit

#: Rows that are turned into lines at once.
BATCH_ROWS = 50_000
INSTANT = "%Y-%m-%dT%H:%M:%SZ"


class Made(msgspec.Struct, frozen=True):
    """What is read of `world.json`."""

    seed: int


@dataclass(frozen=True, slots=True)
class Telling:
    """How the rows of a file are told: the name in their ids, their type, and their fields."""

    name: str
    type: str
    #: Pieces of JSON text and of columns, in turn.
    fields: Callable[[pa.RecordBatch], list[object]]


@dataclass(frozen=True, slots=True)
class Teller:
    """A platform that tells of a world, all at one instant."""

    world: Path
    seed: int
    at: datetime

    def lines(self, file: File) -> Iterator[tuple[int, bytes]]:
        """The events of a file's rows, many at a time: how many they are, and their lines."""
        telling, number = TOLD[file], 0
        start = f'{{"id":"world-{self.seed}-{telling.name}-'
        instant = self.at.astimezone(UTC).strftime(INSTANT)
        rest = f'","type":"{telling.type}","at":"{instant}","visibility":"public",'
        for batch in pq.ParquetFile(self.world / file).iter_batches(BATCH_ROWS):
            numbers = pa.array(range(number, number + batch.num_rows)).cast("string")
            pieces = [start, numbers, rest, *telling.fields(batch), "}\n"]
            joined = pc.binary_join_element_wise(*pieces, "")
            number += batch.num_rows
            yield batch.num_rows, "".join(joined.to_pylist()).encode()


def tell_events(world: Path, *, out: Path, at: datetime, tell: Tell) -> int:
    """How many events of a world were written, a line each: accounts first, then what they did.

    All of them say the instant at which they are told; `at` of a row stays in its file. What
    devices and means of payment are used is no event: the edges say whom they join. Errors:
    WorldUnfit where the folder holds no world, or the file cannot be written.
    """
    done = 0
    try:
        seed = msgspec.json.decode((world / WORLD).read_bytes(), type=Made).seed
        total = sum(pq.read_metadata(world / file).num_rows for file in TOLD)
        with _whole(out) as written:
            teller = Teller(world=world, seed=seed, at=at)
            for rows, lines in (each for file in TOLD for each in teller.lines(file)):
                written.write(lines)
                done += rows
                tell(done, total)
    except (pa.ArrowInvalid, msgspec.MsgspecError, LookupError) as error:
        raise WorldUnfit(f"{world}: this is no whole world: {error}") from error
    except OSError as error:
        raise WorldUnfit(f"{error.filename or world}: {error.strerror or error}.") from error
    return done


@contextmanager
def _whole(path: Path) -> Iterator[BinaryIO]:
    written = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with written.open("wb") as lines:
            yield lines
        written.replace(path)
    finally:
        written.unlink(missing_ok=True)


def _words(batch: pa.RecordBatch, *, column: str) -> pa.Array:
    values = batch.column(column)
    if pa.types.is_timestamp(values.type):
        return pc.strftime(values, format=INSTANT)
    return values.cast("string")


def _fields(**columns: str) -> Callable[[pa.RecordBatch], list[object]]:
    """JSON fields by their name, each of a column; words in quotes, numbers as they are."""

    def of(batch: pa.RecordBatch) -> list[object]:
        pieces: list[object] = []
        for field, column in columns.items():
            bare = field in NUMBERS
            quote = "" if bare else '"'
            comma = "," if pieces else ""
            pieces += [f'{comma}"{field}":{quote}', _words(batch, column=column), quote]
        return pieces

    return of


#: Fields whose values are numbers.
NUMBERS = frozenset({"rank", "score", "weight"})
TOLD = {
    File.ACCOUNTS: Telling(
        name="account",
        type="account",
        fields=_fields(
            account_id="account", created_at="created_at", country="country", minor="minor"
        ),
    ),
    File.EDGES: Telling(
        name="edge",
        type="edge",
        fields=_fields(src="src", dst="dst", kind="kind", weight="weight"),
    ),
    File.TAGS: Telling(
        name="use",
        type="use",
        fields=lambda batch: ['"kind":"tag",', *_fields(account_id="account", value="tag")(batch)],
    ),
    File.EXPOSURES: Telling(
        name="exposure",
        type="exposure",
        fields=_fields(
            viewer="viewer", item="item", rank="rank", surface="surface", arm="arm", score="score"
        ),
    ),
}
