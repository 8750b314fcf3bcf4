"""`tutela`: the command line."""

import sys

import psycopg
import structlog
import typer
from typer.exceptions import TyperException

from tutela import logs
from tutela.cli import (
    filing,
    guard_leads,
    guard_probe,
    guard_switch,
    network_cases,
    network_found,
    network_runs,
)
from tutela.cli.decisions import decisions
from tutela.cli.demo import demo
from tutela.cli.doctor import doctor
from tutela.cli.drill import drill
from tutela.cli.flaggers import flaggers
from tutela.cli.guard import guard
from tutela.cli.hashes import hashes
from tutela.cli.incidents import incidents
from tutela.cli.keys import keys
from tutela.cli.ledger import ledger
from tutela.cli.lists import lists
from tutela.cli.measures import measures
from tutela.cli.networks import networks
from tutela.cli.notices import notices
from tutela.cli.outbox import outbox
from tutela.cli.reconcile import reconcile
from tutela.cli.rules import rules
from tutela.cli.statements import statements
from tutela.cli.terms import terms
from tutela.cli.tokens import tokens
from tutela.cli.tos import tos
from tutela.cli.up import up
from tutela.cli.users import users
from tutela.cli.webhooks import webhooks
from tutela.cli.witness import witness
from tutela.cli.witnesses import witnesses
from tutela.cli.world import world
from tutela.errors import TutelaError
from tutela.settings import BadSetting

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
        "unknown_message",
        "unknown_network_case",
        "unknown_network_run",
        "unknown_notice",
        "unknown_route",
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

application = typer.Typer(
    name="tutela",
    help="A child-protection system for platforms: notices that cannot get lost.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
application.command("up")(up)
application.command("demo")(demo)
application.command("doctor")(doctor)
application.command("reconcile")(reconcile)
application.command("flaggers")(flaggers)
application.add_typer(tokens, name="token")
application.add_typer(users, name="user")
application.add_typer(notices, name="notices")
application.add_typer(incidents, name="incidents")
filing.join(statements)
application.add_typer(statements, name="statements")
application.add_typer(decisions, name="decisions")
application.add_typer(tos, name="tos")
application.add_typer(measures, name="measures")
application.add_typer(hashes, name="hashes")
application.add_typer(lists, name="lists")
application.add_typer(rules, name="rules")
application.add_typer(terms, name="terms")
guard_probe.join(guard)
guard_switch.join(guard)
guard_leads.join(guard)
application.add_typer(guard, name="guard")
network_cases.join(networks)
network_runs.join(networks)
network_found.join(networks)
application.add_typer(networks, name="networks")
application.add_typer(ledger, name="ledger")
application.add_typer(keys, name="keys")
application.add_typer(webhooks, name="webhook")
application.add_typer(outbox, name="outbox")
application.add_typer(witness, name="witness")
application.add_typer(witnesses, name="witnesses")
application.add_typer(world, name="world")
application.add_typer(drill, name="drill")


def main() -> None:
    """Runs the command line of this process and exits with its status."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """0 done, 1 failed or some rows were refused, 2 wrong usage or input; no traceback ever."""
    logs.configure("command")
    try:
        status = application(args=arguments, prog_name="tutela", standalone_mode=False)
    except Exception as error:  # noqa: BLE001 - whoever typed the command gets words in any case
        line, status = _told(error)
        if line:
            print(f"tutela: {line}", file=sys.stderr)
    return status if isinstance(status, int) else DONE


def _told(error: Exception) -> tuple[str, int]:
    match error:
        case TyperException():
            return error.format_message(), error.exit_code
        case typer.Abort():
            return "aborted", FAILED
        case BadSetting():
            return str(error), WRONG_USAGE
        case TutelaError():
            return _words(error), WRONG_USAGE if error.code in USAGE_CODES else FAILED
        case psycopg.Error():
            return f"the database refused: {_first_line(error)}", FAILED
    structlog.get_logger(__name__).error("command_broke", exc_info=error)
    return f"a fault in the program: {type(error).__name__}", FAILED


def _words(error: TutelaError) -> str:
    words = error.detail or error.title
    if isinstance(error.__cause__, psycopg.OperationalError):
        return f"{words} It says: {_first_line(error.__cause__)}"
    return words


def _first_line(error: psycopg.Error) -> str:
    return str(error).partition("\n")[0]
