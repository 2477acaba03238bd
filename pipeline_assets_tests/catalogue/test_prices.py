"""Prices as they are written and read back: every term in its own place."""

from typing import Any

from pipeline_assets.catalogue.database.engine import reading
from pipeline_assets.catalogue.prices import lookup_prices
from pipeline_assets.domain.snapshots.listing import Terms
from pipeline_assets.domain.snapshots.prices import Price
from pipeline_assets_tests.workplace import Workplace, row

ON_BOTH_DATABASES = True


def price_of_the_one_sku(workplace: Workplace) -> Price:
    store_key = workplace.one("SELECT store_key FROM stores")
    with reading(workplace.pipeline.engine) as connection:
        (price,) = lookup_prices(connection, store_key).values()
    return price


def test_a_price_is_read_as_it_was_written_and_as_it_was_rewritten(workplace: Workplace) -> None:
    terms: dict[str, Any] = {
        "price_was": 6,
        "price_save_amount": 1.5,
        "per_unit_price_string": "$1.68 per 100 g",
    }
    workplace.take("one.jsonl", [row("7", 4.5, is_on_special=True, is_available=False, **terms)])
    sku_id = workplace.one("SELECT sku_id FROM skus")
    assert price_of_the_one_sku(workplace) == Price(
        sku_id=sku_id,
        price_cents=450,
        terms=Terms(
            was_price_cents=600,
            saving_cents=150,
            is_on_special=True,
            unit_price_e4=168_000,
            unit_of_measure="kg",
            is_available=False,
        ),
        previous_price_cents=None,
    )
    changed = row("7", 5, day="2025-09-02", price_was=7, price_save_amount=2, is_available=True)
    workplace.take("two.jsonl", [changed])
    assert price_of_the_one_sku(workplace) == Price(
        sku_id=sku_id,
        price_cents=500,
        terms=Terms(
            was_price_cents=700,
            saving_cents=200,
            is_on_special=False,
            unit_price_e4=None,
            unit_of_measure=None,
            is_available=True,
        ),
        previous_price_cents=450,
    )


def test_the_longest_unit_has_room(workplace: Workplace) -> None:
    workplace.take("a.jsonl", [row("7", 4.5, per_unit_price_string="$0.26 per 100 sheets")])
    stored = workplace.rows("SELECT unit_price_e4, unit_of_measure FROM prices")
    assert stored == [(26, "sheet")]
