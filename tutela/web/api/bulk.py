"""`/v1/decisions/bulk`: many subjects on one ground, looked at before they are decided."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from uuid import UUID

import msgspec

from tutela.decisions.bulk import preview, steering
from tutela.decisions.bulk.listing import BulksWanted, list_bulks
from tutela.decisions.bulk.room import BulkRoom, unknown_bulk
from tutela.decisions.bulk.steering import BulkMoved, BulkRecall, BulkStart, Order
from tutela.decisions.bulk.uploading import Part, take_part
from tutela.domain.bulk import BulkState
from tutela.errors import FieldError, TutelaError
from tutela.intake.channels.batch import Line
from tutela.intake.door import usable_key
from tutela.intake.reading import Unfit, read_struct
from tutela.intake.refusals import Refusal
from tutela.web.answer import Answer, LineAnswer, answer, begun
from tutela.web.endpoint import Asked, Handler
from tutela.web.paging import page_asked, uuid_or_none

DOOR = "bulk"
STATES = tuple(str(state) for state in BulkState)
BATCH_QUERIES = frozenset({"batch"})

_encode = msgspec.json.Encoder().encode
Record = Callable[[Refusal], Awaitable[None]]


def send_part(room: BulkRoom, *, record: Record) -> Handler:
    """200 with the bulk's id, the lines that were not taken, and the counts."""

    async def handle(asked: Asked) -> LineAnswer:
        async def record_line(line: Line, *, error: TutelaError) -> None:
            await record(Refusal(DOOR, asked.caller, error, line.raw, line.number))

        part = Part(
            caller=asked.caller,
            key=_batch(asked),
            lines=_lines(asked.body),
            record_line=record_line,
        )
        return await begun(_encoded(room, part=part))

    return handle


def show_bulks(room: BulkRoom) -> Handler:
    """200 with a page of them, the newest first."""

    async def handle(asked: Asked) -> Answer:
        page = page_asked(asked, states=STATES)
        wanted = BulksWanted(limit=page.limit, after=page.after, state=page.state)
        return answer(await list_bulks(room, caller=asked.caller, wanted=wanted))

    return handle


def show_bulk(room: BulkRoom) -> Handler:
    """200 with where it stands and, before it runs, what it would do."""

    async def handle(asked: Asked) -> Answer:
        shown = await preview.look_at(room, caller=asked.caller, bulk_id=_bulk_id(asked))
        return answer(shown)

    return handle


def approve_bulk(room: BulkRoom) -> Handler:
    """200 once the second person's word is kept."""

    async def handle(asked: Asked) -> Answer:
        return answer(await steering.approve(room, order=_order(asked)))

    return handle


def run_bulk(room: BulkRoom) -> Handler:
    """200 once it runs, or runs again."""

    async def handle(asked: Asked) -> Answer:
        said = read_struct(asked.body, kind=BulkStart) if asked.body else BulkStart()
        return answer(await steering.start(room, order=_order(asked), said=said))

    return handle


def pause_bulk(room: BulkRoom) -> Handler:
    """200 once no further subject is decided."""

    async def handle(asked: Asked) -> Answer:
        return answer(await steering.stop(room, order=_order(asked)))

    return handle


def undo_bulk(room: BulkRoom) -> Handler:
    """200 once its decisions are on the way back."""

    async def handle(asked: Asked) -> Answer:
        said = read_struct(asked.body, kind=BulkRecall)
        moved: BulkMoved = await steering.recall(room, order=_order(asked), said=said)
        return answer(moved)

    return handle


async def _encoded(room: BulkRoom, *, part: Part) -> AsyncIterator[bytes]:
    async for told in take_part(room, part=part):
        yield _encode(told) + b"\n"


def _lines(body: bytes) -> Iterator[Line]:
    start, number = 0, 0
    while start < len(body):
        end = body.find(b"\n", start)
        end = len(body) if end < 0 else end
        number += 1
        raw = body[start:end]
        if raw and not raw.isspace():
            yield Line(number, raw)
        start = end + 1


def _batch(asked: Asked) -> str:
    key = usable_key(asked.query.get("batch"))
    if key is None:
        raise Unfit(
            "Parts that belong together say so by one name.",
            errors=[FieldError("?batch", "missing")],
        )
    return key


def _order(asked: Asked) -> Order:
    return Order(caller=asked.caller, bulk_id=_bulk_id(asked))


def _bulk_id(asked: Asked) -> UUID:
    bulk_id = uuid_or_none(asked.path["bulk_id"])
    if bulk_id is None:
        raise unknown_bulk()
    return bulk_id
