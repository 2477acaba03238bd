"""A catalogue's contents without its own numbering, so that two catalogues can be compared."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Select, select

from pipeline_assets.catalogue import schema as s
from pipeline_assets.catalogue.database.engine import reading
from pipeline_assets_tests.workplace import Workplace

Contents = dict[str, list[tuple[Any, ...]]]

_ARTICLE = (s.skus.c.company, s.skus.c.sku)
_SHOP = (s.stores.c.company, s.stores.c.store_id)
# What differs from run to run, or from one order of files to another.
_LEFT_OUT = {
    "skus": {"sku_id", "product_id", "category_id", "identity_file_id"},
    "prices": {"store_key", "sku_id"},
    "price_history": {"store_key", "sku_id"},
    "stores": {"store_key"},
    "ingested_files": {"file_id", "run_id", "ingested_at", "moved_at", "archive_path"},
}


def contents(place: Workplace, *, with_figures: bool = True) -> Contents:
    """Everything that users ask for, sorted, by name.

    `with_figures`: also what each file changed when it was taken, which depends on its turn.
    """
    with reading(place.pipeline.engine) as connection:
        found = {name: _rows(connection, query) for name, query in _queries(with_figures).items()}
        found["products"] = _products(connection)
    found["store_prices"] = _view(place, "store_prices")
    found["estimated_prices"] = _view(place, "estimated_prices")
    return found


def _queries(with_figures: bool) -> dict[str, Select[Any]]:
    groups, members = s.store_groups.c, s.store_group_members.c
    categories, parents = s.categories, s.categories.alias("parents")
    priced = s.prices.join(s.stores).join(s.skus)
    past = s.price_history.join(s.stores).join(s.skus)
    queries: dict[str, Select[Any]] = {
        "companies": select(s.companies.c.company),
        "stores": select(*_columns(s.stores)),
        "categories": select(categories.c.company, categories.c.path, parents.c.path).select_from(
            categories.outerjoin(parents, parents.c.category_id == categories.c.parent_id)
        ),
        "skus": select(*_columns(s.skus), categories.c.path).select_from(
            s.skus.outerjoin(categories)
        ),
        "prices": select(*_SHOP, *_ARTICLE, *_columns(s.prices)).select_from(priced),
        "price_history": select(*_SHOP, *_ARTICLE, *_columns(s.price_history)).select_from(past),
        "brands": select(
            s.brand_aliases.c.alias, s.brand_aliases.c.spelling, s.brands.c.normalised_name
        ).join(s.brands),
        "brand_translations": select(s.brand_translations),
        "product_translations": select(s.product_translations),
        "groups": select(
            groups.company, groups.anchor_store_id, groups.is_flagged, members.store_id
        ).join(s.store_group_members, members.group_id == groups.group_id),
    }
    if with_figures:
        queries["ingested_files"] = select(*_columns(s.ingested_files))
    return queries


def _columns(table: Any) -> list[Any]:
    return [column for column in table.c if column.name not in _LEFT_OUT[table.name]]


def _rows(connection: Connection, query: Select[Any]) -> list[tuple[Any, ...]]:
    return sorted((tuple(map(_plain, row)) for row in connection.execute(query)), key=repr)


def _products(connection: Connection) -> list[tuple[Any, ...]]:
    """Each product as its barcode and its SKUs."""
    query = select(s.products.c.product_id, s.products.c.barcode, *_ARTICLE).join(
        s.skus, s.skus.c.product_id == s.products.c.product_id
    )
    found: dict[int, tuple[str | None, set[tuple[str, str]]]] = {}
    for product_id, barcode, company, sku in connection.execute(query):
        found.setdefault(product_id, (barcode, set()))[1].add((company, sku))
    return sorted(((barcode, *sorted(skus)) for barcode, skus in found.values()), key=repr)


def _view(place: Workplace, name: str) -> list[tuple[Any, ...]]:
    rows = place.rows(
        f"SELECT company, store_id, sku, barcode, name, brand, price, previous_price, was_price, "
        f"is_on_special, unit_price, unit_of_measure, scraped_date FROM {name}"
    )
    return sorted((tuple(map(_plain, row)) for row in rows), key=repr)


def _plain(value: Any) -> Any:
    """A value as both databases can tell it."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, float | Decimal):
        return f"{value:.4f}"
    return value.isoformat() if isinstance(value, date) else value


def differences(one: Contents, other: Contents) -> dict[str, list[tuple[Any, ...]]]:
    """The rows that stand in one of them only, the first few by name; empty when they are equal."""
    found = {name: _of_one_only(one[name], other[name]) for name in one.keys() & other.keys()}
    assert one.keys() == other.keys()
    return {name: rows[:6] for name, rows in found.items() if rows}


def _of_one_only(
    one: Iterable[tuple[Any, ...]], other: Iterable[tuple[Any, ...]]
) -> list[tuple[Any, ...]]:
    left, right = list(one), list(other)
    if left == right:
        return []
    return sorted(set(left) ^ set(right), key=repr) or [("the same rows, not as often",)]
