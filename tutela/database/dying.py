"""A child that ends with its parent, where the system can do that (Linux)."""

import ctypes
import os
import signal
import sys
from collections.abc import Callable

PR_SET_PDEATHSIG = 1

_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def with_parent(signal_name: str) -> Callable[[], None] | None:
    """What a child runs before its program, so that it gets the signal when its parent is gone.

    It runs after `subprocess` has changed the user: the kernel forgets the wish at that change
    (prctl(2)). The parent is the thread that started the child. None on other systems.
    """
    libc = _libc
    if libc is None:
        return None
    number = int(signal.Signals[signal_name])
    parent_id = os.getpid()

    def ask() -> None:
        libc.prctl(PR_SET_PDEATHSIG, number, 0, 0, 0)
        if os.getppid() != parent_id:
            os._exit(1)

    return ask
