"""What `status` shows on a terminal: the inboxes, the last files, and what needs somebody."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from rich.table import Table
from rich.text import Text

from pipeline_assets.cli.bar import console
from pipeline_assets.cli.terminal import STYLES
from pipeline_assets.reporting.escaping import visible
from pipeline_assets.reporting.file_table import age, file_rows
from pipeline_assets.reporting.tables import NOTHING, Cell, csv_table, plain_row
from pipeline_assets.services.files.inbox_survey import Survey
from pipeline_assets.services.operators.status import Status
from pipeline_assets.services.operators.stuck_files import StuckFile
from pipeline_assets.services.operators.update_report import command_for

# Told below the table where they matter; on a line of the table there is no room.
_LEFT_OUT = ("message", "to do", "run")


def show_status(status: Status, zone: ZoneInfo, now: datetime) -> None:
    """The state of everything; `now` in UTC, times are shown in `zone`."""
    _show_inbox("product_inbox", status.product_inbox)
    _show_inbox("barcode_enrichment_inbox", status.barcode_enrichment_inbox)
    refused = ", ".join(f"{count} {reason}" for reason, count in status.quarantined.items())
    console.print(f"[bold]quarantine[/]: {refused or 'empty'}")
    for path in status.open_moves:
        _say(f"  accepted, not yet moved to the archive: {path}")
    sizes = ", ".join(f"{count:,} {table}" for table, count in status.catalogue.items())
    console.print(f"[bold]catalogue[/]: {sizes}")
    _show_files(status, zone)
    _show_stuck([*status.halted, *status.refused.shown], now)
    if status.refused.not_shown:
        _say(f"… and {status.refused.not_shown:,} more refused files in quarantine/")


def print_files_as_csv(status: Status, zone: ZoneInfo) -> None:
    """The table of files on stdout, for a spreadsheet; times are those of `zone`."""
    print(csv_table(file_rows(status.files.files, zone, command_for)), end="")


def _show_inbox(name: str, found: Survey) -> None:
    console.print(
        f"[bold]{name}[/]: {len(found.takeable) + len(found.waiting) + len(found.unread)} waiting, "
        f"{len(found.unsettled)} arriving, {len(found.in_flight)} in progress, "
        f"{len(found.halted)} halted, {len(found.others)} ignored"
    )
    if found.on_hold is not None:
        _say(f"  {found.on_hold}")
    for entry, why in found.others.items():
        _say(f"  {entry}: {why}")
    for file in found.unread:
        _say(f"  {file.name}: not looked into yet; all files wait until its store is known")


def _show_files(status: Status, zone: ZoneInfo) -> None:
    """The files of the window, newest first, one per line."""
    log = status.files
    if not log.files:
        return
    console.print()
    rows = [plain_row(row) for row in file_rows(log.files, zone, lambda _: None)]
    names = [name for name in rows[0] if name not in _LEFT_OUT]
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False, header_style="bold")
    for name in names:
        is_number = any(isinstance(row[name], int | float) for row in rows)
        table.add_column(name, justify="right" if is_number else "left", no_wrap=name != "file")
    for row, file in zip(rows, log.files, strict=True):
        style = STYLES.get(file.outcome, "")
        cells = (_text(row[name], style if name == "outcome" else "") for name in names)
        table.add_row(*cells)
    console.print(table)
    if log.not_shown:
        _say(f"… and {log.not_shown:,} older ones")


def _text(cell: Cell, style: str) -> Text:
    match cell:
        case None:
            return Text(NOTHING)
        case float():
            return Text(f"{cell:,.2f}")
        case int():
            return Text(f"{cell:,}")
        case _:
            return Text(str(cell), style)


def _show_stuck(files: Sequence[StuckFile], now: datetime) -> None:
    """Why each file that needs somebody was refused or halted, since when, and what helps it."""
    for file in files:
        reason = f" ({file.reason})" if file.reason else ""
        since = f", {age((now - file.since).total_seconds())} ago" if file.since else ""
        heading = Text(visible(file.name), STYLES[file.outcome])
        console.print()
        console.print(heading.append(f": {file.outcome}{reason}{since}", "default"))
        _say(f"  {file.message}")
        _say(f"  {file.command}")
        _say(f"  {file.note}")


def _say(text: str) -> None:
    console.print(visible(text), markup=False)
