"""`retention`: removes or moves what is old, as far as settings say so."""

from dataclasses import asdict
from typing import Annotated

import typer

from pipeline_assets.cli import terminal
from pipeline_assets.cli.common import Json, dagster_instance, open_pipeline, print_json


def retain_data(
    dry_run: Annotated[bool, typer.Option(help="Show what would go, and change nothing.")] = False,
    as_json: Json = False,
) -> None:
    """Remove or move what is old, as the settings say; without them nothing is.

    Runs of Dagster, attempts on files, price history and archived files have a setting each. Run it
    again when the time was up.
    """
    from pipeline_assets.orchestration.retention.asset import in_words, work_off

    pipeline = open_pipeline()
    with dagster_instance() as instance, terminal.working("looking", is_quiet=as_json):
        parts = work_off(pipeline, instance, is_rehearsal=dry_run)
    if as_json:
        print_json({"is_dry_run": dry_run, "parts": [asdict(part) for part in parts]})
        return
    if dry_run:
        terminal.say("A dry run: nothing is changed. It would be:")
    for part in parts:
        terminal.say(in_words(part))
