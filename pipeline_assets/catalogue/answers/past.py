"""Changes of prices where some years of them are in files: the table and the files together.

A file answers for all of its changes, from when the catalogue names it: some of them are still in
the table, because rules need them. So a change counts once, whatever is in both.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import Connection, select

from pipeline_assets.catalogue.answers.changes import select_changes
from pipeline_assets.catalogue.answers.offers import select_names
from pipeline_assets.catalogue.answers.wanted import WantedRows, narrowed
from pipeline_assets.catalogue.database.statements import rows_where_in
from pipeline_assets.catalogue.schema import price_history_files, skus, stores

CHANGE_FIELDS = (
    *("company", "store_id", "store_name", "state"),
    *("sku", "product_id", "barcode", "name", "brand", "size"),
    *("kind", "scraped_at", "scraped_date", "price_cents", "price_before_cents"),
)
"""What each change is told by, as in `select_changes`."""

_SKU, _AT = CHANGE_FIELDS.index("sku"), CHANGE_FIELDS.index("scraped_at")
# The changes of more SKUs are read store by store.
_FEW_SKUS = 1_000
_Row = tuple[Any, ...]


class FiledChange(Protocol):
    """A change as a file has it; times in UTC without a zone."""

    @property
    def store_key(self) -> int:
        """The store."""

    @property
    def sku_id(self) -> int:
        """The SKU."""

    @property
    def scraped_at(self) -> datetime:
        """When the change was seen."""

    @property
    def scraped_date(self) -> date:
        """The day of the snapshot."""

    @property
    def change(self) -> str:
        """Its kind."""

    @property
    def price_cents(self) -> int | None:
        """The price from then on."""

    @property
    def price_before_cents(self) -> int | None:
        """The last price before it."""


class HistoryReader(Protocol):
    """Reads the files by their names."""

    def check(self, sizes: Mapping[str, int]) -> None:
        """Raise an error unless these files are there, with these sizes in bytes."""

    def of_store(self, names: Sequence[str], store_key: int) -> Sequence[FiledChange]:
        """A store's changes."""

    def of_skus(self, names: Sequence[str], sku_ids: Sequence[int]) -> Sequence[FiledChange]:
        """The changes of these SKUs in all stores."""


@dataclass(frozen=True, slots=True)
class ChangeDays:
    """The days of snapshots that are meant, both included; None is no bound."""

    since: date | None = None
    until: date | None = None

    def include(self, day: date) -> bool:
        """Whether the day is one of them."""
        return (self.since is None or self.since <= day) and (
            self.until is None or day <= self.until
        )


def files_of_days(connection: Connection, days: ChangeDays) -> dict[str, int]:
    """The files that can have changes of these days, and their sizes in bytes."""
    columns = price_history_files.c
    rows = connection.execute(select(columns.name, columns.until_at, columns.byte_count))
    day = timedelta(days=1)  # a snapshot's day is that of its own zone
    found = {}
    for name, until_at, size in rows:
        first, last = date(until_at.year - 1, 1, 1), until_at.date()
        is_early = days.since is not None and last + day < days.since
        is_late = days.until is not None and days.until < first - day
        if not (is_early or is_late):
            found[name] = size
    return found


def all_changes(
    connection: Connection,
    wanted: WantedRows,
    days: ChangeDays,
    reader: HistoryReader,
    files: Mapping[str, int],
) -> Iterator[list[_Row]]:
    """The wanted changes, store by store, by company, store, SKU and time (`CHANGE_FIELDS`).

    `files`: from `files_of_days`, in the same transaction.
    """
    reader.check(files)
    names = sorted(files)
    articles = _Articles(connection)
    few = None
    if wanted.sku_ids is not None and len(wanted.sku_ids) <= _FEW_SKUS:
        few = _OfFewSkus(connection, wanted, days, reader.of_skus(names, wanted.sku_ids))
    chosen = None if wanted.sku_ids is None else set(wanted.sku_ids)
    for store_key, *shop in _shops(connection, wanted):
        if few is not None:
            present, filed = few.of_store(store_key, shop)
        else:
            one = replace(wanted, companies=[shop[0]], store_ids=[shop[1]])
            present = _present(connection, one, days)
            filed = reader.of_store(names, store_key)
        meant = [
            one
            for one in filed
            if days.include(one.scraped_date) and (chosen is None or one.sku_id in chosen)
        ]
        if meant or present:
            yield _together(present, meant, tuple(shop), articles)


class _OfFewSkus:
    """The changes of few SKUs, read at once, by store."""

    def __init__(
        self,
        connection: Connection,
        wanted: WantedRows,
        days: ChangeDays,
        filed: Sequence[FiledChange],
    ) -> None:
        self._filed: dict[int, list[FiledChange]] = defaultdict(list)
        for change in filed:
            self._filed[change.store_key].append(change)
        self._present: dict[tuple[str, str], list[_Row]] = defaultdict(list)
        for row in _present(connection, wanted, days):
            self._present[row[0], row[1]].append(row)

    def of_store(
        self, store_key: int, shop: Sequence[Any]
    ) -> tuple[list[_Row], Sequence[FiledChange]]:
        """The store's changes in the table, and in the files."""
        return self._present.get((shop[0], shop[1]), []), self._filed.get(store_key, [])


def _present(connection: Connection, wanted: WantedRows, days: ChangeDays) -> list[_Row]:
    query = select_changes(connection, wanted, days.since, days.until)
    return [tuple(row) for row in connection.execute(query)]


def _shops(connection: Connection, wanted: WantedRows) -> list[_Row]:
    """The wanted stores: key, company, id, name, state; by company and id."""
    query = select(
        stores.c.store_key, stores.c.company, stores.c.store_id, stores.c.store_name, stores.c.state
    )
    rows = connection.execute(narrowed(connection, query, replace(wanted, sku_ids=None)))
    return sorted((tuple(row) for row in rows), key=lambda shop: (shop[1], shop[2]))


class _Articles:
    """What SKUs are called now, looked up once for each."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._known: dict[int, _Row] = {}

    def of(self, sku_ids: set[int]) -> dict[int, _Row]:
        """SKU, product, barcode, name, brand and size of these, by sku_id."""
        unknown = sku_ids - self._known.keys()
        if unknown:
            for row in rows_where_in(self._connection, select_names(), skus.c.sku_id, unknown):
                self._known[row[0]] = tuple(row[1:])
        return self._known


def _together(
    present: Sequence[_Row], filed: Sequence[FiledChange], shop: _Row, articles: _Articles
) -> list[_Row]:
    """A store's changes, each once; what a file says of it counts, as the price before is there."""
    found = {(row[_SKU], row[_AT]): row for row in present}
    known = articles.of({change.sku_id for change in filed})
    for change in filed:
        article = known[change.sku_id]
        found[article[0], change.scraped_at] = (
            *(*shop, *article),
            *(change.change, change.scraped_at, change.scraped_date),
            *(change.price_cents, change.price_before_cents),
        )
    return [found[key] for key in sorted(found)]
