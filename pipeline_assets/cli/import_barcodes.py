"""`import-barcodes`: barcodes that were looked up before."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from pipeline_assets.cli import terminal
from pipeline_assets.cli.common import Json, open_pipeline, print_json
from pipeline_assets.cli.exit_statuses import OK, STRICT
from pipeline_assets.reporting.escaping import visible
from pipeline_assets.services.operators.import_barcodes import import_barcodes

# More would drive the figures out of sight; with --json all are listed.
_SHOWN_REFUSALS = 20


def bring_in_barcodes(
    file: Annotated[
        Path,
        typer.Argument(
            help="A CSV file, also .gz: company, sku, barcode (or none) and seen_date, the day."
        ),
    ],
    strict: Annotated[bool, typer.Option(help="Exit with 3 if rows were refused.")] = False,
    as_json: Json = False,
) -> None:
    """Bring in barcodes that were looked up before, so that no page is asked for twice.

    Also of SKUs that no file has named yet: what is known waits for them. The newest day counts,
    whether a snapshot or this file gave it. A second time changes nothing. Rows that cannot be read
    are refused, each with its line and the reason; the others count.
    """
    with terminal.working("importing", is_quiet=as_json):
        done = import_barcodes(open_pipeline(), file)
    if as_json:
        print_json(asdict(done))
    else:
        terminal.say(
            f"{done.changed:,} SKUs with news, {done.waiting:,} kept for SKUs not seen yet, "
            f"{done.unchanged:,} known as they are, {len(done.refused):,} rows refused"
        )
        for one in done.refused[:_SHOWN_REFUSALS]:
            terminal.say(visible(f"  line {one.line}: {one.message}"))
        if len(done.refused) > _SHOWN_REFUSALS:
            terminal.say(f"  … and {len(done.refused) - _SHOWN_REFUSALS:,} more; --json lists all")
    raise typer.Exit(STRICT if strict and done.refused else OK)
