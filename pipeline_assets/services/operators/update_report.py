"""What the product update report says: the files of its window, the catalogue, the day's prices."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from pipeline_assets.catalogue.database.engine import reading
from pipeline_assets.catalogue.file_log import (
    FileLog,
    LoggedFile,
    last_handled_at,
    read_file_log,
)
from pipeline_assets.catalogue.reports import Holdings, read_holdings
from pipeline_assets.services.operators.day_of_prices import DayOfPrices, read_day_of_prices
from pipeline_assets.services.operators.remedies import remedy
from pipeline_assets.services.pipeline import Pipeline


@dataclass(frozen=True, slots=True)
class UpdateReport:
    """The report as of `made_at`; `until` is when the last file was handled. Both in UTC."""

    made_at: datetime
    until: datetime | None
    log: FileLog
    holdings: Holdings
    day_of_prices: DayOfPrices


def make_update_report(pipeline: Pipeline, most_files: int) -> UpdateReport:
    """Read the report; it lists at most so many files, and counts the rest."""
    settings = pipeline.settings
    now = pipeline.clock()
    with reading(pipeline.engine) as connection:
        # First: a file that is handled meanwhile is then new to the next report.
        until = last_handled_at(connection)
        log = read_file_log(connection, window_start(pipeline, now), most_files)
        current_since = now - timedelta(days=settings.current_days)
        holdings = read_holdings(connection, current_since)
        return UpdateReport(now, until, log, holdings, read_day_of_prices(connection))


def window_start(pipeline: Pipeline, now: datetime) -> datetime:
    """When the window of a report that is made now begins."""
    return now - timedelta(seconds=pipeline.settings.report_window_s)


def command_for(file: LoggedFile) -> str | None:
    """The command that helps a refused or halted file, unless nothing more is to be done."""
    if file.acknowledged_at is not None:
        return None
    help_ = remedy(file.outcome, file.reason, file.inbox, file.name)
    return help_.command if help_ else None


def handled_until(pipeline: Pipeline) -> datetime | None:
    """When a file was last handled, in UTC; None while nothing was."""
    with reading(pipeline.engine) as connection:
        return last_handled_at(connection)
