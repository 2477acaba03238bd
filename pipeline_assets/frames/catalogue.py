"""`Catalogue`: the door for Python. `from pipeline_assets import Catalogue`."""

from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pandas as pd
from sqlalchemy import Engine

from pipeline_assets.catalogue.answers.finding import survivors
from pipeline_assets.catalogue.answers.past import ChangeDays
from pipeline_assets.catalogue.database.engine import reading
from pipeline_assets.catalogue.database.read_only import catalogue_to_ask
from pipeline_assets.catalogue.database.urls import parse_url, url_of_file
from pipeline_assets.environment import settings_in_force
from pipeline_assets.errors import UsageError
from pipeline_assets.frames.changes import change_frames
from pipeline_assets.frames.choices import Choice, whole_numbers
from pipeline_assets.frames.columns import RESOLVED_COLUMNS, FrameColumns
from pipeline_assets.frames.making import Money, finished, frames_of
from pipeline_assets.frames.questions import Asking, ProductIds, Questions


class Catalogue(Questions[pd.DataFrame]):
    """A catalogue to ask. Each answer is one frame, of one moment of the catalogue.

    `url` is an SQLAlchemy URL or the path of a SQLite file, such as a backup; without it, the
    settings in the environment say which catalogue it is. It is opened to be read: nothing is
    created, migrated or changed. Amounts are whole cents (`…_cents`, and `…_e4` for ten-thousandths
    of a dollar); with `money="decimal"` they are `decimal.Decimal` dollars, without those endings.
    `history_dir` is the folder with the files that price history was moved to, if any; without it,
    `price_history/` next to a SQLite file, or the folder that the settings name.

    Raises `NoCatalogueError` where there is no catalogue or an older one, `UsageError` for a newer
    one, and `CatalogueUnavailableError` while its server cannot be reached. Use it as a context
    manager, or `close()` it, to give its connections back.
    """

    def __init__(
        self,
        url: str | Path | None = None,
        *,
        money: Money = "cents",
        history_dir: str | Path | None = None,
    ) -> None:
        if money not in get_args(Money):
            raise UsageError(f'money={money!r}: give "cents" or "decimal".')
        self.money = money
        self._engine = _opened(url)
        self._history = None if history_dir is None else Path(history_dir)

    def _answer(self, ask: Asking, choice: Choice, columns: FrameColumns) -> pd.DataFrame:
        (frame,) = _frames(self._engine, ask, choice, columns, self.money)
        return frame

    def _changes(self, choice: Choice, days: ChangeDays) -> pd.DataFrame:
        (frame,) = change_frames(self._engine, choice, days, self._history, self.money, None)
        return frame

    def in_chunks(self, rows: int = 100_000) -> "ChunkedCatalogue":
        """The same questions, answered by frames of at most so many rows, one after the other.

        At least one frame comes, which may be empty. All of them show one moment of the catalogue,
        and hold a connection until the last one is taken or the iterator is closed.
        """
        if rows < 1:
            raise UsageError(f"in_chunks({rows}): give at least 1 row.")
        return ChunkedCatalogue(self._engine, self._history, self.money, rows)

    def resolve(self, product_id: ProductIds) -> pd.DataFrame:
        """What product ids refer to now: one row per id, as they are given (`RESOLVED_COLUMNS`)."""
        asked = whole_numbers(product_id)
        with reading(self._engine) as connection:
            found = survivors(connection, set(asked))
        rows = [
            (old, found.get(old), None if old not in found else found[old] != old) for old in asked
        ]
        names = [column.name for column in RESOLVED_COLUMNS]
        raw = pd.DataFrame(rows, columns=names, dtype=object)
        return finished(raw, RESOLVED_COLUMNS, frozenset(), self.money)

    def close(self) -> None:
        """Close its connections; the next question opens one again."""
        self._engine.dispose()

    def __enter__(self) -> "Catalogue":
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()


class ChunkedCatalogue(Questions[Iterator[pd.DataFrame]]):
    """See `Catalogue.in_chunks`."""

    def __init__(self, engine: Engine, history: Path | None, money: Money, rows: int) -> None:
        self._engine, self._history, self._money, self._rows = engine, history, money, rows

    def _answer(self, ask: Asking, choice: Choice, columns: FrameColumns) -> Iterator[pd.DataFrame]:
        return _frames(self._engine, ask, choice, columns, self._money, self._rows)

    def _changes(self, choice: Choice, days: ChangeDays) -> Iterator[pd.DataFrame]:
        return change_frames(self._engine, choice, days, self._history, self._money, self._rows)


def _frames(
    engine: Engine,
    ask: Asking,
    choice: Choice,
    columns: FrameColumns,
    money: Money,
    rows: int | None = None,
) -> Iterator[pd.DataFrame]:
    with reading(engine) as connection:
        wanted = choice.wanted(connection)
        statement = ask(connection, wanted)
        # Only now, as small results are quicker with the driver's own buffer.
        reader = connection if rows is None else connection.execution_options(stream_results=True)
        yield from frames_of(reader, statement, columns, wanted, money, rows)


def _opened(url: str | Path | None) -> Engine:
    if url is None:
        return catalogue_to_ask(settings_in_force().database_url)
    if isinstance(url, Path) or "://" not in url:
        return catalogue_to_ask(url_of_file(Path(url)))
    try:
        parse_url(url)
    except ValueError as error:
        raise UsageError(f"The catalogue's URL is invalid: {error}") from error
    return catalogue_to_ask(url)
