"""Decides how right decisions are: some are decided again blindly, and leads settle disputes."""
