"""What can be wrong with a list, in words that hold no entry."""

from tutela.errors import TutelaError


class UnknownList(TutelaError):
    """The service has no list of that name."""

    code = "unknown_list"
    title = "No such list"
    status = 404


class UnknownEntry(TutelaError):
    """The list has no such entry."""

    code = "unknown_entry"
    title = "No such entry"
    status = 404


class ListUnfit(TutelaError):
    """The list can't be made, or changed, as it was asked for."""

    code = "list_unfit"
    title = "The list can't be used like that"
    status = 422


class ListFileUnfit(TutelaError):
    """The file as a whole can't be read as a list."""

    code = "list_file_unfit"
    title = "The file can't be read as a list"
    status = 422


class ListMappingUnfit(TutelaError):
    """The mapping of a list's file can't be used."""

    code = "list_mapping_unfit"
    title = "The mapping can't be used"
    status = 422
