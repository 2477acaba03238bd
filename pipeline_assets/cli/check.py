"""`check`: what would become of a snapshot file."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from pipeline_assets.cli import terminal
from pipeline_assets.cli.common import Json, pipeline_to_look_at, print_json
from pipeline_assets.cli.exit_statuses import FAILED, OK, STRICT
from pipeline_assets.reporting.escaping import visible
from pipeline_assets.services.operators.check_file import CheckedFile, check_file

# More would drive the answer out of sight; with --json all are listed.
_SHOWN_ROWS = 20


def check_snapshot_file(
    file: Annotated[Path, typer.Argument(help="A snapshot file, .jsonl or .jsonl.gz.")],
    strict: Annotated[bool, typer.Option(help="Exit with 3 if rows would be rejected.")] = False,
    as_json: Json = False,
) -> None:
    """Say what would become of a snapshot file, without taking it.

    Shows its header, its rows, which of them would be rejected and why, and whether the file would
    be accepted now. Exits with 1 if not. Nothing is written or moved, and no catalogue is needed.
    """
    with pipeline_to_look_at() as pipeline:
        found = check_file(pipeline, file)
    if as_json:
        print_json(_as_data(found))
    else:
        _show(found)
    if found.reason is not None:
        raise typer.Exit(FAILED)
    raise typer.Exit(STRICT if strict and found.rejected else OK)


def _as_data(found: CheckedFile) -> dict[str, Any]:
    header = None if found.header is None else asdict(found.header)
    return {
        "file": found.name,
        "is_accepted": found.reason is None,
        "reason": found.reason,
        "message": found.message,
        "header": header,
        "rows_read": found.facts.rows_read,
        "rows_rejected": found.facts.rows_rejected,
        "rows_priced": found.rows_priced,
        "rejected": [asdict(row) for row in found.rejected],
        "dropped": dict(found.dropped),
        "knows_store": found.knows_store,
    }


def _show(found: CheckedFile) -> None:
    say = terminal.say
    if found.header is not None:
        header = found.header
        name = f" ({header.store_name})" if header.store_name else ""
        say(visible(f"store: {header.company} {header.store_id}{name}"))
        say(f"day:   {header.scraped_date}, {header.scraped_at:%Y-%m-%d %H:%M} UTC")
    if found.facts.rows_read is not None:
        rejected = found.facts.rows_rejected or 0
        priced = "" if found.rows_priced is None else f", {found.rows_priced:,} with a price"
        say(f"rows:  {found.facts.rows_read:,}, {rejected:,} of them rejected{priced}")
    for row in found.rejected[:_SHOWN_ROWS]:
        say(visible(f"  line {row.line}: {row.reason}: {row.detail}"))
    if len(found.rejected) > _SHOWN_ROWS:
        say(f"  … and {len(found.rejected) - _SHOWN_ROWS:,} more; --json lists all")
    for name, count in sorted(found.dropped.items()):
        say(visible(f"  left out of {count:,} rows: {name}"))
    if found.reason is not None:
        say(f"It would be refused as `{found.reason}`: {visible(found.message or '')}")
    elif found.knows_store:
        say("It would be accepted.")
    else:
        say("It would be accepted as the first snapshot of its store: there is no catalogue yet.")
