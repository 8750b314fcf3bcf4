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
    if _libc is None:
        return None
    parent_id = os.getpid()
    return lambda: end_with(parent_id, signal_name=signal_name)


def end_with(parent_id: int, *, signal_name: str) -> None:
    """From now on this process gets the signal when its parent is gone; it ends if that is so now.

    Nothing on other systems than Linux.
    """
    if _libc is None:
        return
    _libc.prctl(PR_SET_PDEATHSIG, int(signal.Signals[signal_name]), 0, 0, 0)
    if os.getppid() != parent_id:
        os._exit(1)
