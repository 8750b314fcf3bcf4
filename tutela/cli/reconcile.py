"""`tutela reconcile`: whether everything that was accepted is open or answered."""

import asyncio

from rich.console import Console
from rich.table import Table

from tutela import app
from tutela.app import House
from tutela.cli.attachment import Attachment, attached, house_of
from tutela.cli.options import AsJson, Where, spread
from tutela.cli.output import print_json
from tutela.reconciliation import reconcile as room
from tutela.reconciliation.report import Reconciliation

FOUND_SHOWN = 10


@spread
def reconcile(*, as_json: AsJson = False, where: Where) -> int:
    """Hold what was accepted against what is open or answered; exit 1 where anything is lost."""
    with attached(where) as attachment:
        report = asyncio.run(_report(attachment))
    if as_json:
        print_json(report)
    else:
        _show(report)
    return 1 if room.is_lost(report) else 0


async def _report(attachment: Attachment) -> Reconciliation:
    async with house_of(attachment) as house:
        if attachment.service_may_run:
            return await app.reconciled(house)
        return await _of_a_house_at_rest(house)


async def _of_a_house_at_rest(house: House) -> Reconciliation:
    """No process runs and no probe travels: what they would have done is done, or not asked for."""
    await app.sequencer(house).sequence_all()
    return await room.reconcile(house.pool, now=house.clock(), limits=app.limits_at_rest())


def _show(report: Reconciliation) -> None:
    console = Console()
    table = Table("tenant", "service", "channel", "category", "language", "surface")
    for column in ("received", "open", "answered", "lost"):
        table.add_column(column, justify="right")
    for total in report.totals:
        table.add_row(
            total.tenant,
            total.service,
            total.channel,
            total.category.removeprefix("STATEMENT_CATEGORY_").lower(),
            total.language,
            total.surface,
            *(str(n) for n in (total.received, total.open, total.answered, total.lost)),
        )
    console.print(table)
    console.print(
        f"{report.received} received = {report.open} open + {report.answered} answered"
        f" + {report.lost} lost"
    )
    for queue in report.flaggers:
        console.print(
            f"{queue.tenant}/{queue.service} {queue.channel}: {queue.open} notices open, "
            f"{queue.overdue} past their time, the oldest from {queue.oldest_since}",
            style="bold red" if queue.overdue else None,
        )
    for waiting in report.not_carried_out:
        console.print(
            f"{waiting.tenant}/{waiting.service} {waiting.kind}: {waiting.count} decided and not "
            f"carried out ({waiting.state}), the oldest from {waiting.oldest_since}"
        )
    for fault in report.faults:
        console.print(f"{fault.check}: {fault.count}. {fault.meaning}", style="bold red")
        for found in fault.found[:FOUND_SHOWN]:
            console.print(f"  {found.tenant}/{found.service} {found.id}: {found.detail}")
