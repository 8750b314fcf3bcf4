"""`tutela guard`: what the guard lists, and whether the platform's surfaces hold it."""

import typer

guard = typer.Typer(
    no_args_is_help=True,
    help="What searches, suggestions, tag pages and recommendations must not show.",
)
