"""What is wrong with a file of a network: which file, which row, which field."""

from typing import Final

from tutela.errors import TutelaError

MORE_THAN_THERE_IS: Final = "needs more memory than there is here: take --engine spark."


class NetworkFileUnfit(TutelaError):
    """A file of edges, seeds or features can't be read, or none can be written there."""

    code = "network_file_unfit"
    title = "The file of the network can't be used"
    status = 422


class UnknownSeeds(TutelaError):
    """Seeds that are accounts neither of the edges nor of the features."""

    code = "unknown_seeds"
    title = "Seeds that nobody knows"
    status = 422


class GraphTooLarge(TutelaError):
    """The edges need more memory than there is on this machine."""

    code = "graph_too_large"
    title = "The graph does not fit into this machine's memory"
    status = 422
