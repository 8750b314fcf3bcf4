"""The DSA Transparency Database: what it would answer, and how to file with it; usable alone."""

from tutela.compliance.transparency.checking import BATCH_LIMIT, check, check_batch

__all__ = ["BATCH_LIMIT", "check", "check_batch"]
