"""`status`: everything there is to see without the UI."""

from dataclasses import asdict, fields
from typing import Annotated, Any

import typer

from pipeline_assets.cli import terminal
from pipeline_assets.cli.common import Json, pipeline_to_look_at, print_json, runs_by_inbox
from pipeline_assets.cli.exit_statuses import FAILED, OK
from pipeline_assets.cli.status_view import print_files_as_csv, show_status
from pipeline_assets.errors import UsageError
from pipeline_assets.services.operators import reports
from pipeline_assets.services.operators.status import SHOWN_FILES, Status, Unprepared, unprepared
from pipeline_assets.services.operators.status import status as find_status

# More files than a window has.
_ALL_FILES = 1_000_000


def status(
    as_json: Json = False,
    as_csv: Annotated[
        bool, typer.Option("--csv", help="Print only the table of files, for a spreadsheet.")
    ] = False,
) -> None:
    """Show what is waiting, what is stuck and why, what was refused, what the catalogue holds.

    This changes and creates nothing. If nothing is set up yet, it says so; in JSON `is_prepared` is
    then false, `message` says what to do, and the rest is null.
    """
    if as_json and as_csv:
        raise UsageError("Use --json or --csv, not both.")
    with pipeline_to_look_at() as pipeline:
        lack = unprepared(pipeline)
        if lack is not None:
            _show_lack(lack, as_json=as_json)
            raise typer.Exit(OK if lack.is_new else FAILED)
        with runs_by_inbox() as runs:
            found = find_status(pipeline, runs, _ALL_FILES if as_csv else SHOWN_FILES)
    if as_json:
        print_json({"is_prepared": True, "message": None, **_as_data(found)})
    elif as_csv:
        print_files_as_csv(found, pipeline.settings.zone)
    else:
        show_status(found, pipeline.settings.zone, pipeline.clock())
    halted = found.product_inbox.halted or found.barcode_enrichment_inbox.halted
    raise typer.Exit(FAILED if halted else OK)


def _show_lack(lack: Unprepared, *, as_json: bool) -> None:
    if as_json:
        unknown = dict.fromkeys(field.name for field in fields(Status))
        print_json({"is_prepared": False, "message": lack.message, **unknown})
    else:
        terminal.say(lack.message)


def _as_data(found: Status) -> dict[str, Any]:
    return {
        "product_inbox": reports.inbox(found.product_inbox),
        "barcode_enrichment_inbox": reports.inbox(found.barcode_enrichment_inbox),
        "quarantined": found.quarantined,
        "open_moves": found.open_moves,
        "catalogue": found.catalogue,
        "halted": [reports.with_times(asdict(one)) for one in found.halted],
        "refused": {
            "shown": [reports.with_times(asdict(one)) for one in found.refused.shown],
            "not_shown": found.refused.not_shown,
        },
        "files": reports.file_log(found.files),
    }
