"""Frames of changes of prices, from the table alone or from it and the files together."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
from sqlalchemy import Connection, Engine

from pipeline_assets.catalogue.answers.changes import select_changes
from pipeline_assets.catalogue.answers.past import (
    CHANGE_FIELDS,
    ChangeDays,
    all_changes,
    files_of_days,
)
from pipeline_assets.catalogue.database.dialect import dialect_of
from pipeline_assets.catalogue.database.engine import reading
from pipeline_assets.environment import settings_in_force
from pipeline_assets.frames.choices import Choice
from pipeline_assets.frames.columns import CHANGE_COLUMNS
from pipeline_assets.frames.making import Money, finished, frames_of
from pipeline_assets.history.reading import HistoryFolder


def change_frames(
    engine: Engine,
    choice: Choice,
    days: ChangeDays,
    history: Path | None,
    money: Money,
    rows_at_once: int | None,
) -> Iterator[pd.DataFrame]:
    """The changes of these days, in frames of at most so many rows; at least one, maybe empty.

    `history` is the folder with the files, which is looked at only if the catalogue names one; None
    is the usual one.
    """
    with reading(engine) as connection:
        wanted = choice.wanted(connection)
        files = files_of_days(connection, days)
        if not files:
            statement = select_changes(connection, wanted, days.since, days.until)
            reader = _reader(connection, rows_at_once)
            yield from frames_of(reader, statement, CHANGE_COLUMNS, wanted, money, rows_at_once)
            return
        reader_of_files = HistoryFolder(history or _folder_of(engine))
        found = all_changes(connection, wanted, days, reader_of_files, files)
        for rows in _pieces(found, rows_at_once):
            raw = pd.DataFrame(rows, columns=list(CHANGE_FIELDS), dtype=object)
            yield finished(raw, CHANGE_COLUMNS, wanted.redirected, money)


def _folder_of(engine: Engine) -> Path:
    """Next to a SQLite file, such as a copy of the data folder; or as the settings say."""
    file = dialect_of(engine.dialect.name).file(engine.url)
    beside = None if file is None else file.parent / "price_history"
    if beside is not None and beside.is_dir():
        return beside
    return settings_in_force().history_path


def _reader(connection: Connection, rows_at_once: int | None) -> Connection:
    # Only now, as small results are quicker with the driver's own buffer.
    is_whole = rows_at_once is None
    return connection if is_whole else connection.execution_options(stream_results=True)


def _pieces(found: Iterable[list[Any]], most: int | None) -> Iterator[list[Any]]:
    """The rows in lists of at most so many, at least one list."""
    waiting: list[Any] = []
    is_first = True
    for rows in found:
        waiting += rows
        while most is not None and len(waiting) > most:
            yield waiting[:most]
            waiting, is_first = waiting[most:], False
    if waiting or is_first:
        yield waiting
