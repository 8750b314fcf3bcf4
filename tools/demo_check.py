"""Exit 0 where `make demo` gets ready, serves, lets one in, ends on SIGTERM, leaves nothing.

This process adopts whatever the demo leaves without a parent (`PR_SET_CHILD_SUBREAPER`), so that
what is still running afterwards is found under it, in whatever session it is. Linux only.
"""

import ctypes
import os
import queue
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

READY = re.compile(r"ready (http://\S+)")
LOGIN = re.compile(r"log in at \S+ as (\S+) with the password (\S+)")
FIRST_SCREEN = "/console/main"
#: What the first screen shows to whoever was let in.
SHOWN = "Reconciliation"
READY_SECONDS = 180.0
STOP_SECONDS = 60.0
ANSWER_SECONDS = 10.0
PAGES = ("/", "/readyz")
PR_SET_CHILD_SUBREAPER = 36


class DemoFailed(Exception):
    """The demo did not do what the README says."""


def main() -> int:
    """The exit status, after what was seen."""
    adopt_orphans()
    demo = start()
    try:
        url, login = wait_until_ready(demo)
        for page in PAGES:
            print(f"demo: GET {page} {fetch(url.rstrip('/') + page)} bytes")
        log_in(url.rstrip("/"), login=login)
        stop(demo)
        wait_until_gone()
    except DemoFailed as failure:
        print(f"demo: {failure}")
        return 1
    finally:
        kill(left_running())
    print("demo: ready, served, let in, ended on SIGTERM, nothing left running")
    return 0


def adopt_orphans() -> None:
    """Nothing; from now on the kernel hands orphans below this process to it."""
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "PR_SET_CHILD_SUBREAPER")


def start() -> subprocess.Popen[str]:
    """The running `make demo`, whose output can be read line by line."""
    return subprocess.Popen(
        ["make", "--no-print-directory", "demo"],  # noqa: S607  # make of the machine
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def wait_until_ready(demo: subprocess.Popen[str]) -> tuple[str, tuple[str, str]]:
    """The address that the demo says it serves, and the name and password that it gives."""
    lines, login = follow(demo), ("", "")
    deadline = time.monotonic() + READY_SECONDS
    while True:
        try:
            line = lines.get(timeout=max(0.0, deadline - time.monotonic()))
        except queue.Empty:
            raise DemoFailed(f"not ready after {READY_SECONDS:.0f} s") from None
        if line is None:
            raise DemoFailed("ended before it was ready")
        if given := LOGIN.search(line):
            login = (given[1], given[2])
        if found := READY.search(line):
            return found[1], login


def follow(demo: subprocess.Popen[str]) -> queue.Queue[str | None]:
    """The lines the demo prints, as they come, then None; each is printed here as well."""
    lines: queue.Queue[str | None] = queue.Queue()

    def read() -> None:
        for line in demo.stdout or ():
            print(f"  | {line}", end="", flush=True)
            lines.put(line)
        lines.put(None)

    threading.Thread(target=read, daemon=True).start()
    return lines


def fetch(url: str) -> int:
    """The size of the page in bytes, asked for without any proxy."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=ANSWER_SECONDS) as answer:
            size = len(answer.read())
    except (urllib.error.URLError, TimeoutError) as failure:
        raise DemoFailed(f"{url}: {failure}") from failure
    if not size:
        raise DemoFailed(f"{url}: an empty page")
    return size


def log_in(url: str, *, login: tuple[str, str]) -> None:
    """Nothing, once whoever the demo names was shown the first screen."""
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor()
    )
    form = {"name": login[0], "password": login[1], "next": FIRST_SCREEN}
    body = urllib.parse.urlencode(form).encode()
    try:
        with opener.open(f"{url}/login", data=body, timeout=ANSWER_SECONDS) as answer:
            text = answer.read().decode()
    except (urllib.error.URLError, TimeoutError) as failure:
        raise DemoFailed(f"not let in: {failure}") from failure
    if SHOWN not in text:
        raise DemoFailed("let in, and not shown how things stand")


def stop(demo: subprocess.Popen[str]) -> None:
    """Nothing, once `make` has ended after SIGTERM."""
    demo.send_signal(signal.SIGTERM)
    try:
        demo.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        raise DemoFailed(f"still running {STOP_SECONDS:.0f} s after SIGTERM") from None


def wait_until_gone() -> None:
    """Nothing, once no process of the demo is left."""
    deadline = time.monotonic() + STOP_SECONDS
    while left := left_running():
        if time.monotonic() > deadline:
            raise DemoFailed(f"left running: {'; '.join(left.values())}")
        time.sleep(0.1)


def left_running() -> dict[int, str]:
    """The living processes below this one: process id and command line."""
    parents = {pid: parent for pid, parent, state in processes() if state != "Z"}
    below: set[int] = {os.getpid()}
    while found := {pid for pid, parent in parents.items() if parent in below} - below:
        below |= found
    return {pid: command_line(pid) for pid in below - {os.getpid()}}


def processes() -> Iterator[tuple[int, int, str]]:
    """Every process of the machine: its id, its parent's id, the letter of its state."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, parent, *_ = stat.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        yield int(stat.parent.name), int(parent), state


def command_line(pid: int) -> str:
    """How the process was called, as far as it is still there."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ")
    except (FileNotFoundError, ProcessLookupError):
        return "?"
    return words.decode(errors="replace").strip()


def kill(left: dict[int, str]) -> None:
    """Nothing is left of the processes."""
    for pid in left:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue


if __name__ == "__main__":
    sys.exit(main())
