"""``python -m tutela_verify``."""

import sys

from tutela_verify.cli import main

sys.exit(main())
