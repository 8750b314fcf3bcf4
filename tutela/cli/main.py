"""`tutela`: the command line."""

import sys
from typing import TYPE_CHECKING

import structlog
import typer
from typer.exceptions import TyperException

from tutela import logs
from tutela.cli.commands import application
from tutela.errors import TutelaError
from tutela.settings import BadSetting

if TYPE_CHECKING:
    from psycopg import Error

DONE, FAILED, WRONG_USAGE = 0, 1, 2
#: Errors that whoever typed the command can mend by typing another one.
USAGE_CODES = frozenset(
    {
        "already_listed",
        "bad_endpoint",
        "bad_name",
        "bad_witness",
        "correction_unfit",
        "data_folder_owned",
        "data_folder_unusable",
        "export_not_written",
        "events_unreadable",
        "fault_unfit",
        "file_unfit",
        "guard_file_unfit",
        "hash_file_unfit",
        "hashes_unfit",
        "invalid_body",
        "keys_unusable",
        "law_unreadable",
        "list_file_unfit",
        "list_mapping_unfit",
        "list_unfit",
        "mapping_unfit",
        "graph_too_large",
        "name_taken",
        "network_file_unfit",
        "no_such_service",
        "no_such_token",
        "password_unfit",
        "person_unfit",
        "port_taken",
        "probes_unfit",
        "role_not_for_people",
        "reason_missing",
        "rules_unfit",
        "rule_unfit",
        "several_tokens",
        "staff_change_unfit",
        "statement_file_unfit",
        "unknown_decision",
        "transparency_unfit",
        "unknown_bulk",
        "unknown_endpoint",
        "unknown_entry",
        "unknown_guard_entry",
        "unknown_incident",
        "unknown_lead",
        "unknown_list",
        "unknown_list_proposal",
        "unknown_message",
        "unknown_network_case",
        "unknown_network_run",
        "unknown_notice",
        "unknown_route",
        "unknown_rule",
        "unknown_objection",
        "unknown_person",
        "term_file_unfit",
        "terms_taken",
        "terms_unfit",
        "unknown_service",
        "unknown_terms",
        "unknown_seeds",
        "unknown_staff_change",
        "unknown_statement",
        "witness_refuses",
        "witness_request_malformed",
        "witness_state_unusable",
        "words_unreadable",
        "world_unfit",
    }
)


#: From so many places on that are wrong, each has a line; of one the words speak.
SEVERAL = 2


def main() -> None:
    """Runs the command line of this process and exits with its status."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """0 done, 1 failed or some rows were refused, 2 wrong usage or input; no traceback ever."""
    logs.configure("command")
    try:
        status = application(first_word(arguments))(
            args=arguments, prog_name="tutela", standalone_mode=False
        )
    except Exception as error:  # noqa: BLE001 - whoever typed the command gets words in any case
        line, status = _told(error)
        if line:
            print(f"tutela: {line}", file=sys.stderr)
    return status if isinstance(status, int) else DONE


def first_word(arguments: list[str]) -> str | None:
    """The command or group that is asked for; None where only options are given."""
    return next((each for each in arguments if not each.startswith("-")), None)


def _told(error: Exception) -> tuple[str, int]:
    from psycopg import Error

    match error:
        case TyperException():
            return error.format_message(), error.exit_code
        case typer.Abort():
            return "aborted", FAILED
        case BadSetting():
            return str(error), WRONG_USAGE
        case TutelaError():
            return _words(error), WRONG_USAGE if error.code in USAGE_CODES else FAILED
        case Error():
            return f"the database refused: {_first_line(error)}", FAILED
    structlog.get_logger(__name__).error("command_broke", exc_info=error)
    return f"a fault in the program: {type(error).__name__}", FAILED


def _words(error: TutelaError) -> str:
    from psycopg import OperationalError

    words = error.detail or error.title
    if isinstance(error.__cause__, OperationalError):
        return f"{words} It says: {_first_line(error.__cause__)}"
    if len(error.errors) < SEVERAL:
        return words
    places = [f"  {each.pointer}: {each.message}" for each in error.errors]
    return "\n".join([words, *(each for each in places if each.strip() not in words)])


def _first_line(error: "Error") -> str:
    return str(error).partition("\n")[0]
