"""Decides, inside a platform's own service, what a surface may show, server or no server."""

from tutela.guard.library.guard import Guard
from tutela.guard.library.holding import Origin, Standing
from tutela.guard.library.options import Options, Surroundings

__all__ = ["Guard", "Options", "Origin", "Standing", "Surroundings"]
