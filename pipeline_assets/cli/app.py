"""All commands together, and how an error ends one.

Exit status: 0 when all was handled, 1 when something halted or failed, 2 for wrong usage, and
with `--strict` 3 when files were quarantined or rows rejected. `entry` adds those of signals.
"""

from collections.abc import Sequence
from typing import Annotated

import typer

from pipeline_assets.cli.exit_statuses import FAILED, OK, USAGE
from pipeline_assets.cli.lazy_commands import LazyCommands, add_lazily
from pipeline_assets.errors import PipelineError, UsageError
from pipeline_assets.stopping import Interrupted, check

# Name, place of the function in this package, and what the list says of it.
COMMANDS = (
    (
        "drain",
        "drain.drain",
        "Process the files in both inboxes until none is left that it can process; then "
        "post-process.",
    ),
    (
        "post-process",
        "drain.post_process",
        "Run only the final steps: brands, products, store groups, clean-up, translation tables.",
    ),
    (
        "enrich",
        "enrich.enrich",
        "Look up missing barcodes for the files in barcode_enrichment_inbox/, one file at a time.",
    ),
    (
        "prepare",
        "operators.prepare",
        "Create the folders, the catalogue and Dagster's storage, or bring them up to date.",
    ),
    (
        "status",
        "status.status",
        "Show what is waiting, what is stuck and why, what was refused, what the catalogue holds.",
    ),
    (
        "requeue",
        "operators.requeue",
        "Give a halted file another try, or send a refused or enriched one back to its inbox.",
    ),
    (
        "decide",
        "operators.decide",
        "Decide whether two SKUs are one product, or two names one brand.",
    ),
    (
        "review",
        "review.review_suggestions",
        "Go through pairs of SKUs that are probably one product, and decide on each.",
    ),
    (
        "sample",
        "operators.sample",
        "Write sample files into the inboxes: several companies and stores over three days.",
    ),
    (
        "check",
        "check.check_snapshot_file",
        "Say what would become of a snapshot file, without taking it.",
    ),
    (
        "price",
        "price.show_prices",
        "Show what a product costs where, per unit and on special, and how its price has moved.",
    ),
    (
        "stores",
        "stores.commands",
        "Bring in a directory of stores, and show which stores to scrape next.",
    ),
    (
        "backup",
        "backup.back_up_catalogue",
        "Write the whole catalogue to one SQLite file, while everything runs, and check the file.",
    ),
    (
        "restore",
        "restore.restore_catalogue",
        "Put a backup back, and send the files that were accepted since to the product inbox.",
    ),
    (
        "import-archive",
        "import_archive.bring_in_archive",
        "Take the scrape files of an old archive in date order, leaving the folder as it is.",
    ),
    (
        "import-barcodes",
        "import_barcodes.bring_in_barcodes",
        "Bring in barcodes that were looked up before, so that no page is asked for twice.",
    ),
    (
        "retention",
        "retention.retain_data",
        "Remove or move what is old, as the settings say; without them nothing is.",
    ),
    (
        "alert",
        "alert.alert",
        "Show which alerts are open, and which have not been sent yet.",
    ),
)

app = typer.Typer(
    cls=LazyCommands,
    help="Turn supermarkets' scrape files into one catalogue of products and prices.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for _name, _place, _summary in COMMANDS:
    add_lazily(app, _name, _place, _summary)


def _show_version(is_wanted: bool) -> None:
    if is_wanted:
        from importlib import metadata

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
        _show_interrupted(stop, as_json="--json" in arguments)
        return FAILED


def _run(arguments: Sequence[str]) -> int:
    try:
        app(arguments)
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else OK
    except Exception as error:
        check()
        return _show_error(error)
    return OK


# What shows errors is imported where one is to be shown: it needs more than most commands do.


def _show_error(error: Exception) -> int:
    """Show an error that is meant for people, and return the exit status; raise any other."""
    from pipeline_assets.catalogue.database import errors
    from pipeline_assets.cli import terminal

    if isinstance(error, PipelineError):
        terminal.show_error(error)
        return USAGE if isinstance(error, UsageError) else FAILED
    if not errors.is_of_a_database(error):
        raise error
    is_catalogue = errors.is_of_the_catalogue(error)
    whose = "The catalogue's database" if is_catalogue else "Dagster's storage"
    terminal.show_error(f"{whose} reports: {errors.shown_cause(error)}")
    return FAILED


def _show_interrupted(stop: Interrupted, *, as_json: bool) -> None:
    from pipeline_assets.cli import terminal
    from pipeline_assets.cli.common import files_left, print_json

    left = files_left()
    if as_json:
        print_json({}, left)
    terminal.show_interrupted(stop, left)
