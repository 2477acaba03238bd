"""All commands together, and how an error ends one.

Exit status: 0 when all was handled, 1 when something halted or failed, 2 for wrong usage, and
with `--strict` 3 when files were quarantined or rows rejected. `entry` adds those of signals.
"""

from collections.abc import Sequence
from importlib import metadata
from typing import Annotated

import typer

from pipeline_assets.catalogue.database.errors import (
    is_of_a_database,
    is_of_the_catalogue,
    shown_cause,
)
from pipeline_assets.cli import terminal
from pipeline_assets.cli.alert import alert
from pipeline_assets.cli.common import FAILED, OK, USAGE, files_left, print_json
from pipeline_assets.cli.drain import drain, post_process
from pipeline_assets.cli.enrich import enrich
from pipeline_assets.cli.operators import decide, prepare, requeue, sample, status
from pipeline_assets.errors import PipelineError, UsageError
from pipeline_assets.stopping import Interrupted, check

app = typer.Typer(
    help="Turn supermarkets' scrape files into one catalogue of products and prices.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("drain")(drain)
app.command("post-process")(post_process)
app.command("enrich")(enrich)
app.command("prepare")(prepare)
app.command("status")(status)
app.command("requeue")(requeue)
app.command("decide")(decide)
app.command("sample")(sample)
app.command("alert")(alert)


def _show_version(is_wanted: bool) -> None:
    if is_wanted:
        print(metadata.version("pipeline-assets"))
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """Options before a command; the version is shown before anything else is read."""


def run(arguments: Sequence[str]) -> int:
    """Run the command line; returns its exit status.

    An error meant for people is one sentence on stderr. A command that a signal stops says what is
    left; with `--json`, it prints one object all the same.
    """
    try:
        return _run(arguments)
    except Interrupted as stop:
        if "--json" in arguments:
            print_json({})
        terminal.show_interrupted(stop, files_left())
        return FAILED


def _run(arguments: Sequence[str]) -> int:
    try:
        app(arguments)
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else OK
    except PipelineError as error:
        check()
        terminal.show_error(error)
        return USAGE if isinstance(error, UsageError) else FAILED
    except Exception as error:
        check()
        if not is_of_a_database(error):
            raise
        whose = "The catalogue's database" if is_of_the_catalogue(error) else "Dagster's storage"
        terminal.show_error(f"{whose} reports: {shown_cause(error)}")
        return FAILED
    return OK
