"""The published data sets: their names, columns, units, order. Nothing heavy is imported here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline_assets.catalogue.column_descriptions import VIEW_COLUMNS
from pipeline_assets.catalogue.published import ARTICLE_COLUMNS
from pipeline_assets.publishing.columns import PublishedColumn
from pipeline_assets.publishing.data_package import DESCRIPTOR

_DOLLARS = "AUD"
_UNITS = {
    "price": _DOLLARS,
    "previous_price": _DOLLARS,
    "was_price": _DOLLARS,
    "unit_price": "AUD per unit_of_measure",
    "lowest_price": _DOLLARS,
    "median_price": _DOLLARS,
    "highest_price": _DOLLARS,
    "low_90_days": _DOLLARS,
    "low_ever": _DOLLARS,
    "price_before": _DOLLARS,
    "difference": _DOLLARS,
    "difference_share": "1",
}


@dataclass(frozen=True, slots=True)
class DataSet:
    """One data set. `key` are the columns that it is sorted by, and that no two rows share.

    `file` is its file, or its folder of files, in the folder of the set.
    """

    name: str
    asset: str
    file: str
    title: str
    description: str
    columns: Sequence[PublishedColumn] = ()
    key: Sequence[str] = ()


def _columns(described: Mapping[str, tuple[str, str]]) -> tuple[PublishedColumn, ...]:
    return tuple(
        PublishedColumn(name, kind, text, _UNITS.get(name))
        for name, (kind, text) in described.items()
    )


_SOLD = VIEW_COLUMNS["store_prices"]
_OF_PRODUCTS = VIEW_COLUMNS["product_prices"]
_SKU = {name: _SOLD[name] for name in _SOLD if name not in ("unit_price", "unit_of_measure")}
_OF_ARTICLES = {
    "description": ("VARCHAR(255)", "name on the shelf, of companies that state it"),
    "companies": ("ARRAY", "the companies that have SKUs of the product, sorted"),
    "product_name": ("VARCHAR(512)", "the product's name, which all its SKUs share"),
    "product_brand": ("VARCHAR(255)", "the product's brand, likewise"),
}

PRICES = DataSet(
    "prices",
    "published_prices",
    "prices.parquet",
    "Prices today",
    "One row per store and SKU that it sells now: view `store_prices`, all columns.",
    _columns(_SOLD),
    ("company", "store_id", "sku"),
)
PRODUCTS = DataSet(
    "products",
    "published_products",
    "products.parquet",
    "Products",
    "One row per SKU of a company, also of those that nobody sells now: its facts, the product "
    "that it belongs to, the companies that have it, and what this company's stores charge for the "
    "product (view `product_prices`).",
    _columns({name: {**_OF_PRODUCTS, **_SKU, **_OF_ARTICLES}[name] for name in ARTICLE_COLUMNS}),
    ("company", "sku"),
)
PRICE_CHANGES = DataSet(
    "price_changes",
    "published_price_changes",
    "price_changes.parquet",
    "Changes of prices",
    "One row per change of the price of a SKU in a store: view `price_changes`, all columns. A "
    "folder with a file per month of `scraped_date`.",
    _columns(VIEW_COLUMNS["price_changes"]),
    ("company", "store_id", "sku", "scraped_at"),
)
COMPARISON = DataSet(
    "comparison",
    "published_comparison",
    "comparison.json",
    "Articles for price-comparison front ends",
    "A JSON array with one object per SKU that is sold now: what it is, its typical price, and the "
    "prices before it.",
)
DATA_PACKAGE = DataSet(
    "data_package",
    "published_data_package",
    DESCRIPTOR,
    "Description of the data sets",
    "A Frictionless Data Package: the files of the set with their digests, and what each column "
    "means, its type and its unit.",
)
DATA_SETS = (PRICES, PRODUCTS, PRICE_CHANGES, COMPARISON)
