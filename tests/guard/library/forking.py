"""A platform's service that forks after it loaded the guard: `forking.py URL TOKEN`."""

import os
import sys
import time

from tutela.guard import Guard
from tutela.guard.library import Options

options = Options(poll_seconds=0.02, report_seconds=0.0)


def main() -> None:
    """Forks, and says in each process which version it came to."""
    guard = Guard(sys.argv[1], token=sys.argv[2], options=options)
    assert guard.wait(30)
    child = os.fork()
    if child:
        sys.stdout.write("forked\n")
        sys.stdout.flush()
    while guard.standing().version != 2:
        time.sleep(0.01)
    if child:
        os.waitpid(child, 0)
    sys.stdout.write(f"{'parent' if child else 'child'} {guard.standing().version}\n")
    sys.stdout.flush()
    guard.close()


main()
