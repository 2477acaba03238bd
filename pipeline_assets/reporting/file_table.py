"""The table of handled files, as the report and `pipeline-assets status` show it."""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from pipeline_assets.catalogue.file_log import LoggedFile
from pipeline_assets.reporting.tables import Cell, Link, shortened

_NAME_LENGTH, _MESSAGE_LENGTH = 80, 300
_RUN_ID = re.compile(r"[0-9a-f-]{36}")


def file_rows(
    files: Sequence[LoggedFile], zone: ZoneInfo, command_for: Callable[[LoggedFile], str | None]
) -> list[dict[str, Cell]]:
    """A row for each file; times are in `zone`, `command_for` gives the command that helps it."""
    return [_row(file, zone, command_for(file)) for file in files]


def local_time(moment: datetime, zone: ZoneInfo) -> str:
    """A time in UTC without a zone, as people in `zone` read it; to the second."""
    local = moment.replace(tzinfo=UTC).astimezone(zone)
    return f"{local:%Y-%m-%d %H:%M:%S}"


def age(seconds: float) -> str:
    """How long ago something was, in its largest unit: `40 s`, `5 min`, `3 h`, `2 days`."""
    for unit, length in (("days", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= (2 * length if unit == "days" else length):
            return f"{seconds // length:.0f} {unit}"
    return f"{max(seconds, 0):.0f} s"


def _row(file: LoggedFile, zone: ZoneInfo, command: str | None) -> dict[str, Cell]:
    is_acknowledged = file.acknowledged_at is not None
    return {
        "time": local_time(file.handled_at, zone),
        "inbox": file.inbox.removesuffix("_inbox"),
        "file": shortened(file.name, _NAME_LENGTH),
        "company": file.company,
        "store": file.store_id,
        "outcome": f"{file.outcome}, acknowledged" if is_acknowledged else file.outcome,
        "reason": file.reason,
        "rows": file.rows_read,
        "rejected": file.rows_rejected,
        "prices new": file.prices_new,
        "changed": file.prices_changed,
        "delisted": file.prices_delisted,
        "seconds": round(file.seconds, 2),
        "message": shortened(file.message, _MESSAGE_LENGTH) if file.message else None,
        "to do": command,
        "run": _run(file.run_id),
    }


def _run(run_id: str | None) -> Cell:
    if run_id is None or not _RUN_ID.fullmatch(run_id):
        return run_id
    return Link(run_id[:8], f"/runs/{run_id}")
