"""`tutela witness`: cosigns the heads of other people's logs; needs no database."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import httpx
import typer

from tutela.cli.options import AsJson
from tutela.cli.output import print_json
from tutela.cli.port import HeldPort
from tutela.errors import TutelaError
from tutela.ledger import notes
from tutela.ledger.notes import ED25519, MalformedNote, Note
from tutela.witness import cosigning
from tutela.witness.cosigning import ForkShown, Request
from tutela.witness.fetching import Log
from tutela.witness.state import Fork, State, Trusted, Watched

SEED_BYTES = 32
#: Between two looks whether the port answers.
READY_SECONDS = 0.02
Folder = Annotated[Path, typer.Option("--state", help="The folder of the witness.")]

witness = typer.Typer(no_args_is_help=True, help="Cosign the heads of other people's logs.")


class WitnessRefuses(TutelaError):
    """What was given to the witness can't be taken."""

    code = "witness_refuses"
    title = "The witness can't take that"


@witness.command("init")
def init(
    *,
    state: Folder,
    name: Annotated[str, typer.Option(help="Such as example.org/witness.")],
) -> None:
    """Make a witness; the last line printed is its verifier key, for those who rely on it."""
    print(State.create(state, name=name, seed=os.urandom(SEED_BYTES)).verifier)


@witness.command("trust")
def trust(
    *,
    state: Folder,
    origin: Annotated[str, typer.Option(help="The first line of the log's checkpoints.")],
    key: Annotated[list[str], typer.Option(help="A verifier key of the log; all that hold.")],
) -> None:
    """Witness a log, by exactly these keys; what was cosigned of it before stays known."""
    folder = State(state)
    keys = [Trusted(key=_log_key(each, origin=origin)) for each in key]
    with folder.lock():
        known = folder.watched(origin) or Watched(origin=origin, keys=[])
        folder.remember(
            Watched(
                origin=origin,
                keys=keys,
                size=known.size,
                root=known.root,
                checkpoint=known.checkpoint,
                cosigned_at=known.cosigned_at,
            )
        )
    print(f"{origin}: {len(keys)} key(s); {known.size} leaves cosigned so far")


@witness.command("serve")
def serve(
    *,
    state: Folder,
    host: Annotated[str, typer.Option(help="The address to serve.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port to serve; 0 takes a free one.")] = 8760,
) -> None:
    """Cosign over HTTP until SIGTERM; prints `ready http://HOST:PORT` when it serves."""
    held = HeldPort(host, port=port)
    try:
        asyncio.run(_serve(State(state), held=held))
    finally:
        held.release()


@witness.command("cosign")
def cosign(
    file: Annotated[
        Path | None, typer.Argument(help="A request: old size, proof, checkpoint.")
    ] = None,
    *,
    state: Folder,
    url: Annotated[str | None, typer.Option(help="The service of the log, to fetch from.")] = None,
    log_id: Annotated[str | None, typer.Option(help="Which of its logs.")] = None,
    out: Annotated[Path | None, typer.Option(help="Write it here; do not post it back.")] = None,
) -> None:
    """Cosign once what a log has become, fetched by `--url` or given as a file."""
    folder = State(state)
    with httpx.Client(trust_env=False) as client:
        log = None
        if file is not None and url is None:
            request = _read(file)
        elif file is None and url is not None:
            log = Log(client, url=url, log_id=log_id)
            request = _fetched(log, folder=folder)
        else:
            raise WitnessRefuses("Give a file or --url, one of them.")
        signed = _cosigned(folder, request=request)
        if out is not None:
            out.write_text(signed, encoding="utf-8")
        elif log is not None:
            log.post(signed)
    print(f"cosigned {request.checkpoint.origin}, {request.checkpoint.size} leaves")
    if out is None:
        print(signed, end="")


@witness.command("status")
def status(*, state: Folder, as_json: AsJson = False) -> None:
    """What was cosigned of each log, and every fork that was shown; exit 1 where there is one."""
    folder = State(state)
    with folder.lock():
        logs, forks = folder.all_watched(), folder.forks()
    if as_json:
        print_json({"key": str(folder.verifier), "logs": logs, "forks": forks})
    else:
        print(folder.verifier)
        for line in _told(logs):
            print(line)
        for fork in forks:
            _show_fork(fork)
    if forks:
        raise typer.Exit(1)


async def _serve(state: State, *, held: HeldPort) -> None:
    from tutela.witness.serving import application
    from tutela.witness.serving import serve as serve_site

    stopping = asyncio.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(each, stopping.set)
    site = application(state, clock=_now)
    telling = asyncio.create_task(_tell_once_it_answers(held))
    await serve_site(site, host=held.address, port=held.port, stopping=stopping)
    telling.cancel()


async def _tell_once_it_answers(held: HeldPort) -> None:
    while True:
        try:
            _, writer = await asyncio.open_connection(held.own_address, held.port)
        except OSError:
            await asyncio.sleep(READY_SECONDS)
        else:
            writer.close()
            print(f"ready {held.url}", flush=True)
            return


def _cosigned(folder: State, *, request: Request) -> str:
    try:
        line = cosigning.cosign(folder, request=request, clock=_now)
    except ForkShown as shown:
        _show_fork(shown.fork)
        raise
    return str(Note(request.note.text, (*request.note.signatures, line)))


def _fetched(log: Log, *, folder: State) -> Request:
    note = log.checkpoint()
    with folder.lock():
        watched = folder.watched(notes.read_checkpoint(note.text).origin)
    return log.request(note, old_size=watched.size if watched else 0)


def _read(file: Path) -> Request:
    try:
        return cosigning.read_request(file.read_bytes())
    except OSError as error:
        raise WitnessRefuses(f"{file}: {error.strerror}.") from error


def _log_key(text: str, *, origin: str) -> str:
    try:
        verifier = notes.read_verifier(text)
    except MalformedNote as error:
        raise WitnessRefuses(f"{text!r}: {error}.") from error
    if verifier.algorithm != ED25519:
        raise WitnessRefuses(f"{verifier.name} is the key of a witness, not of a log.")
    if not origin or "\n" in origin:
        raise WitnessRefuses("An origin is one line.")
    return str(verifier)


def _told(logs: list[Watched]) -> Iterator[str]:
    for log in logs:
        at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(log.cosigned_at))
        yield f"{log.origin}: {log.size} leaves" + (f", cosigned {at}" if log.checkpoint else "")


def _show_fork(fork: Fork) -> None:
    print(f"FORK {fork.origin}: two roots of size {fork.size}", file=sys.stderr)
    print(f"{fork.held}\n{fork.shown}", file=sys.stderr, end="")


def _now() -> int:
    return int(time.time())
