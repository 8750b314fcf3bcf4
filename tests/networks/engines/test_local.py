"""The engine in this process."""

from tests.networks.engines.contract import EngineContract
from tutela.networks.engines.local import LocalEngine


class TestLocal(EngineContract):
    make = LocalEngine
