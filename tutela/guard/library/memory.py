"""What a replaced snapshot held goes back to the machine, so that versions don't add up."""

import ctypes
import sys


def give_back() -> None:
    """Freed memory is the machine's again, where the C library can do so (glibc): some 10 ms.

    Two snapshots lie side by side while one replaces the other; without this, the heap keeps the
    room of both: measured 405 MiB instead of 245 with 100,000 texts after fifteen versions.
    """
    if not sys.platform.startswith("linux"):
        return
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
