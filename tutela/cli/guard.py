"""`tutela guard`: what the guard lists, and whether the platform's surfaces hold it."""

import typer

guard = typer.Typer(
    no_args_is_help=True,
    help="What the guard lists, and whether surfaces hold it.",
)
