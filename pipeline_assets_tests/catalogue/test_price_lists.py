"""Stores' prices as arrays, on both databases the same as their rows."""

import pytest

from pipeline_assets.catalogue import price_lists
from pipeline_assets.catalogue.database.engine import reading
from pipeline_assets.catalogue.price_lists import lists_of_stores
from pipeline_assets_tests.workplace import Workplace, row

ON_BOTH_DATABASES = True

NO_SUCH_STORE = 99


def place_with_prices(place: Workplace) -> list[int]:
    """Three stores of 1, 30 and 300 articles; their keys."""
    for store_id, articles in enumerate((1, 30, 300)):
        rows = [
            row(
                str(number),
                1 + number * store_id / 100,
                name=f"Article {number}",
                store_id=store_id,
            )
            for number in range(articles)
        ]
        place.take(f"{store_id}.jsonl", rows)
    return [key for (key,) in place.rows("SELECT store_key FROM stores ORDER BY store_id")]


def lists_as_read(place: Workplace, keys: list[int], *statements: str) -> list[dict[int, int]]:
    """The prices of these stores by SKU, read after these statements."""
    with reading(place.pipeline.engine) as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
        found = list(lists_of_stores(connection, keys))
    return [dict(zip(one.skus.tolist(), one.price_cents.tolist(), strict=True)) for one in found]


def lists_by_rows(place: Workplace, keys: list[int]) -> list[dict[int, int]]:
    query = "SELECT sku_id, price_cents FROM prices WHERE store_key = :key"
    return [dict(place.rows(query, key=key)) for key in keys]


@pytest.mark.parametrize("stores_at_a_time", [1, 2, price_lists.BATCH_STORES])
def test_lists_are_the_stores_prices_in_the_order_asked_for(
    workplace: Workplace, monkeypatch: pytest.MonkeyPatch, stores_at_a_time: int
) -> None:
    monkeypatch.setattr(price_lists, "BATCH_STORES", stores_at_a_time)
    small, medium, large = place_with_prices(workplace)
    keys = [large, NO_SUCH_STORE, small, medium]
    found = lists_as_read(workplace, keys)
    assert found == lists_by_rows(workplace, keys)
    assert [len(one) for one in found] == [300, 0, 1, 30]
    assert lists_as_read(workplace, []) == []


def test_a_database_that_cuts_long_texts_loses_no_price(workplace: Workplace) -> None:
    keys = place_with_prices(workplace)
    shorter = []
    if workplace.pipeline.engine.dialect.name != "sqlite":
        shorter = ["SET SESSION group_concat_max_len = 100"]
    assert lists_as_read(workplace, keys, *shorter) == lists_by_rows(workplace, keys)
