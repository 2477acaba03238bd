"""The data sets of the real files: what pandas and DuckDB read is what the views say."""

import json
import re
import shutil
from pathlib import Path

import pandas as pd
import pytest

from pipeline_assets.services.publishing.data_sets import PRICE_CHANGES, PRICES, PRODUCTS
from pipeline_assets.services.publishing.publish import publish
from pipeline_assets_tests.publishing.read_back import by_csv, by_duckdb, by_pandas, of_view
from pipeline_assets_tests.workplace import Workplace

ON_BOTH_DATABASES = True


def day_in(path: Path) -> str:
    found = re.search(r"\d{4}-\d\d-\d\d", path.name)
    assert found is not None
    return found[0]


@pytest.fixture
def latest(workplace: Workplace, real_scrapes: Path) -> Path:
    """The real files, taken in order of their days, post-processed and published."""
    workplace.change(settings={"publish_csv": True})
    for path in sorted(real_scrapes.glob("*.jsonl.gz"), key=day_in):
        shutil.copy(path, workplace.inbox)
        workplace.ingest(path.name)
    workplace.post_process()
    return publish(workplace.pipeline).path


def test_what_is_read_back_is_what_the_views_say(workplace: Workplace, latest: Path) -> None:
    for data_set, view, rows in (
        (PRICES, "store_prices", 28_281),
        (PRICE_CHANGES, "price_changes", 28_756),
    ):
        expected = of_view(workplace, view, data_set)
        assert len(expected) == rows
        assert by_pandas(latest / data_set.file, data_set) == expected
        assert by_duckdb(latest / data_set.file, data_set) == expected
        assert by_csv(latest / f"{data_set.name}.csv", data_set) == expected
    products = by_pandas(latest / PRODUCTS.file, PRODUCTS)
    assert len(products) == workplace.one("SELECT COUNT(*) FROM skus")
    assert by_csv(latest / "products.csv", PRODUCTS)[0][:3] == products[0][:3]
    _prices_agree_with_the_comparison(latest)


def _prices_agree_with_the_comparison(latest: Path) -> None:
    """An article's typical price is the lower median of its prices, and the first of its past."""
    frame = pd.read_parquet(latest / PRICES.file)
    medians = frame.groupby(["company", "sku"])["price"].agg(
        lambda prices: sorted(prices)[(len(prices) - 1) // 2]
    )
    articles = json.loads((latest / "comparison.json").read_bytes())
    assert len(articles) == len(medians) == 8_594
    for article in articles:
        assert article["price"] == float(medians[article["store"], article["id"]])
        assert article["price"] == article["priceHistory"][0]["price"]
        days = [price["date"] for price in article["priceHistory"]]
        assert days == sorted(set(days), reverse=True)
    with_quantity = sum(article["quantity"] is not None for article in articles)
    assert with_quantity > 0.9 * len(articles)
