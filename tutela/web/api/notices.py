"""`POST /v1/notices` and `POST /v1/notices/batch`."""

from tutela.errors import FieldError
from tutela.intake.channels.batch import Batch, RecordLine, notices_of, split, take_lines
from tutela.intake.door import Intake, Sending
from tutela.intake.reading import Unfit
from tutela.web.answer import Answer, LineAnswer, answer, begun
from tutela.web.endpoint import Asked, Handler

DOOR = "api"
BATCH_DOOR = "batch"


def create_notice(intake: Intake) -> Handler:
    """201 with the receipt once the notice is durable; 200 with the first answer to a used key."""

    async def handle(asked: Asked) -> Answer:
        read = intake.read(asked.body)
        sending = Sending(caller=asked.caller, door=DOOR, key=idempotency_key(asked))
        prepared = intake.prepare(read, sending=sending)
        if _article_16_required(asked) and prepared.missing:
            raise Unfit(
                detail="Article 16(2) asks for more than the notice says.",
                errors=[FieldError(pointer, "missing") for pointer in prepared.missing],
            )
        acknowledged = await intake.commit(prepared)
        return answer(acknowledged.accepted, status=201 if acknowledged.fresh else 200)

    return handle


def create_notices(intake: Intake, *, record_line: RecordLine) -> Handler:
    """200 with a result a line, in the order of the lines; a bad line refuses that line alone."""

    async def handle(asked: Asked) -> LineAnswer:
        sending = Sending(caller=asked.caller, door=BATCH_DOOR)
        batch = Batch(
            intake=intake,
            sending=sending,
            record_line=record_line,
            prepare=notices_of(intake, sending=sending),
        )
        return await begun(take_lines(split(asked.body), batch=batch))

    return handle


def idempotency_key(asked: Asked) -> str | None:
    """The `Idempotency-Key` header, if any."""
    raw = asked.headers.get(b"idempotency-key")
    return None if raw is None else raw.decode("latin-1")


def _article_16_required(asked: Asked) -> bool:
    required = asked.query.get("require")
    if required not in (None, "article_16"):
        raise Unfit(
            detail="Only `require=article_16` is known.",
            errors=[FieldError("?require", "must be article_16")],
        )
    return required is not None
