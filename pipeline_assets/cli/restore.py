"""`restore`: a backup in the place of the catalogue."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from pipeline_assets import stopping
from pipeline_assets.cli import terminal
from pipeline_assets.cli.common import Json, find_pipeline, print_json, shown_path
from pipeline_assets.errors import UsageError
from pipeline_assets.reporting.escaping import visible
from pipeline_assets.services.operators import restore as restoring
from pipeline_assets.services.operators.reports import with_times
from pipeline_assets.services.operators.restore import Restored, SentBack

# More would drive the answer out of sight; with --json all are listed.
_SHOWN_FILES = 20


def restore_catalogue(
    file: Annotated[
        Path | None, typer.Argument(help="A file that `backup` wrote, such as monday.sqlite.")
    ] = None,
    force: Annotated[
        bool, typer.Option(help="Replace a catalogue that has content; it is kept next to it.")
    ] = False,
    dry_run: Annotated[bool, typer.Option(help="Check the file, and change nothing.")] = False,
    send_back: Annotated[
        bool,
        typer.Option(
            "--send-back",
            help="Without FILE: only send the archived files that the ledger lacks to the inbox.",
        ),
    ] = False,
    as_json: Json = False,
) -> None:
    """Put a backup back, and send the files that were accepted since to the product inbox.

    The file is checked first and stays as it is; one of an older version is migrated. The present
    catalogue is kept next to the new one. Stop Dagster's daemon before: nothing is replaced while
    runs are queued or at work. Afterwards, `drain` ingests the files that were sent back.
    """
    if (file is None) != send_back:
        raise UsageError("Give the backup's FILE, or --send-back without a file.")
    pipeline = find_pipeline()
    stopping.check()
    with terminal.working("restoring", is_quiet=as_json):
        if file is not None:
            done = restoring.restore(pipeline, file, _runs_at_work, force=force, is_dry_run=dry_run)
        elif dry_run:
            done = Restored({}, None, *restoring.files_to_send_back(pipeline))
        else:
            done = Restored({}, None, *restoring.send_back_lacking(pipeline, _runs_at_work))
    if as_json:
        print_json(_as_data(done, file, is_dry_run=dry_run))
    else:
        _show(done, file, is_dry_run=dry_run)


def _runs_at_work() -> Sequence[str]:
    from pipeline_assets.orchestration.instance import instance_to_look_at
    from pipeline_assets.orchestration.run_records import runs_at_work

    with instance_to_look_at() as instance:
        return [] if instance is None else runs_at_work(instance)


def _as_data(done: Restored, file: Path | None, *, is_dry_run: bool) -> dict[str, Any]:
    return {
        "file": None if file is None else str(file),
        "is_dry_run": is_dry_run,
        "rows": done.rows,
        "kept": None if done.kept is None else str(done.kept),
        "sent_back": [with_times(asdict(one)) for one in done.sent_back],
        "left": list(done.left),
    }


def _show(done: Restored, file: Path | None, *, is_dry_run: bool) -> None:
    if is_dry_run:
        terminal.say("This is a dry run: nothing is changed.")
    if file is not None:
        verb = "would be" if is_dry_run else "is"
        terminal.say(f"The catalogue {verb} that of {shown_path(file)}, which was checked.")
    if done.kept is not None:
        verb = "would be kept as" if is_dry_run else "is kept as"
        terminal.say(f"The one before {verb} {shown_path(done.kept)}.")
    _show_files(done.sent_back, is_dry_run=is_dry_run)
    if done.left:
        terminal.say(
            f"{len(done.left):,} other files stay in archive/: they were enriched, or are no "
            "snapshots. --json lists them."
        )
    if done.sent_back and not is_dry_run:
        terminal.say("Run `pipeline-assets drain`, or start Dagster's daemon again.")


def _show_files(sent_back: Sequence[SentBack], *, is_dry_run: bool) -> None:
    number = len(sent_back)
    files = "1 file was" if number == 1 else f"{number:,} files were"
    went = "would go" if is_dry_run else "went"
    terminal.say(f"{files} accepted since; from archive/ {went} to product_inbox/: {number:,}")
    for one in sent_back[:_SHOWN_FILES]:
        terminal.say(visible(f"  {one.name}: {one.company} {one.store_id}, {one.scraped_at} UTC"))
    if number > _SHOWN_FILES:
        terminal.say(f"  … and {number - _SHOWN_FILES:,} more; --json lists all")
