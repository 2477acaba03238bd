"""Writes `deploy/datasette/metadata.yaml`, by which Datasette shows a backup with its meaning.

Titles and descriptions come from the code, most queries from `docs/recipes.md`; those that take
values are here. Run it as `python -m tools.datasette_metadata` after a change; a test compares.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from pipeline_assets.catalogue.column_descriptions import VIEW_COLUMNS
from pipeline_assets.catalogue.schema import metadata

_PROJECT = Path(__file__).resolve().parents[1]
RECIPES = _PROJECT / "docs" / "recipes.md"
METADATA = _PROJECT / "deploy" / "datasette" / "metadata.yaml"

DATABASE = "catalogue"
"""Datasette's name of a database is that of its file: `catalogue.sqlite`."""

# What stands for a row of the table where another table refers to it.
_LABELS = {
    "brands": "name",
    "categories": "path",
    "products": "barcode",
    "skus": "name",
    "stores": "store_name",
}
# What the catalogue keeps for itself.
_HIDDEN = (
    "alert_deliveries",
    "catalogue_settings",
    "catalogue_totals",
    "inbox_headers",
    "locks",
    "matching_memory",
    "post_processing_steps",
    "product_price_stores",
    "sku_words",
    "store_comparisons",
)
_VIEWS = {
    "store_prices": "What each store charges today: one row per store and SKU.",
    "estimated_prices": "The same; a store that is not current has its anchor's prices, marked.",
    "price_changes": "Each change of a price: first seen, changed, delisted, back.",
    "product_prices": "What each product costs at each company that sells it.",
    "cheapest_per_unit": "What a unit of measure costs, by category.",
    "match_suggestions": "Pairs of SKUs that are probably one product, for people to decide on.",
    "comparable_products": "Goods of another brand, but of the same kind and size.",
    "stores_to_scrape": "Which stores to scrape next, the most worth it first.",
}

QUERIES_WITH_VALUES = {
    "price_of_a_barcode": (
        "What does the product with this barcode cost?",
        "SELECT company, name, brand, size, lowest_price, median_price, highest_price, stores,\n"
        "       unit_price, unit_of_measure, low_90_days, low_90_days_date\n"
        "  FROM product_prices\n"
        " WHERE barcode = :barcode\n"
        " ORDER BY lowest_price",
    ),
    "stores_with_a_barcode": (
        "Where is the product with this barcode sold, and for how much?",
        "SELECT company, store_id, store_name, state, price, was_price, is_on_special,\n"
        "       unit_price, unit_of_measure, scraped_date, url\n"
        "  FROM store_prices\n"
        " WHERE barcode = :barcode\n"
        " ORDER BY price, company, store_id",
    ),
    "history_of_a_barcode": (
        "How has the price of the product with this barcode moved?",
        "SELECT scraped_date, company, store_id, kind, price, price_before, difference\n"
        "  FROM price_changes\n"
        " WHERE barcode = :barcode\n"
        " ORDER BY company, store_id, scraped_at",
    ),
    "history_of_a_sku": (
        "How has the price of a company's article moved?",
        "SELECT store_id, scraped_date, kind, price, price_before, difference\n"
        "  FROM price_changes\n"
        " WHERE company = :company\n"
        "   AND sku = :sku\n"
        " ORDER BY store_id, scraped_at",
    ),
    "products_named": (
        "What do products cost whose name holds these letters?",
        "SELECT company, barcode, name, brand, size, lowest_price, stores\n"
        "  FROM product_prices\n"
        " WHERE name LIKE '%' || :letters || '%'\n"
        " ORDER BY lowest_price\n"
        " LIMIT 100",
    ),
    "cheapest_of_a_category": (
        "What is cheapest per unit in categories whose path holds these letters?",
        "SELECT unit_of_measure, unit_price, price, company, name, brand, size, category\n"
        "  FROM cheapest_per_unit\n"
        " WHERE category LIKE '%' || :letters || '%'\n"
        " ORDER BY unit_of_measure, unit_price\n"
        " LIMIT 100",
    ),
    "changes_of_the_week": (
        "What has changed in the seven days up to the newest snapshot?",
        "SELECT scraped_date, company, store_id, name, size, kind, price, price_before,\n"
        "       difference\n"
        "  FROM price_changes\n"
        " WHERE scraped_date > (SELECT date(MAX(last_scraped_date), '-7 days') FROM stores)\n"
        "   AND kind <> 'first_seen'\n"
        " ORDER BY scraped_date DESC, company, store_id, name\n"
        " LIMIT 1000",
    ),
    "stores_to_scrape_next": (
        "Which stores are worth scraping next?",
        "SELECT company, store_id, store_name, suburb, state, reason, scraped_date,\n"
        "       stores_in_group\n"
        "  FROM stores_to_scrape\n"
        " WHERE reason <> 'current'\n"
        " LIMIT 100",
    ),
}


def datasette_metadata() -> str:
    """The file's text."""
    content = {
        "title": "Prices of supermarkets",
        "description": "A catalogue of products and prices that pipeline-assets has written.",
        "databases": {
            DATABASE: {
                "description": "Apps query the views; their columns stay from version to version.",
                "queries": dict(_queries()),
                "tables": dict(_tables()),
            }
        },
    }
    head = "# Made by tools/datasette_metadata.py. See docs/backups.md.\n"
    return head + yaml.dump(content, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)


def _queries() -> Iterator[tuple[str, dict[str, str]]]:
    for name, (title, sql) in QUERIES_WITH_VALUES.items():
        yield name, {"title": title, "sql": sql}
    for title, sql in recipes():
        yield _name_of(title), {"title": title, "sql": sql}


def recipes() -> Iterator[tuple[str, str]]:
    """The headings of the recipes, each with its query in SQL."""
    for section in RECIPES.read_text("utf-8").split("\n## ")[1:]:
        title = section.partition("\n")[0].strip()
        found = re.search(r"```sql\n(.*?);?\n```", section, re.DOTALL)
        if found is not None:
            yield title, found[1]


def _name_of(title: str) -> str:
    return "_".join(re.findall(r"[a-z0-9]+", title.lower()))


def _tables() -> Iterator[tuple[str, dict[str, Any]]]:
    for name, description in _VIEWS.items():
        columns = {column: said[1] for column, said in VIEW_COLUMNS[name].items()}
        yield name, {"description": description, "columns": columns}
    for table in sorted(metadata.tables.values(), key=lambda table: table.name):
        about: dict[str, Any] = {}
        if table.name in _LABELS:
            about["label_column"] = _LABELS[table.name]
        if table.name in _HIDDEN:
            about["hidden"] = True
        yield table.name, about | {"columns": {one.name: one.doc for one in table.columns}}
    for name in ("alembic_version", "sqlite_sequence"):
        yield name, {"hidden": True}


class _Dumper(yaml.SafeDumper):
    """Writes texts of several lines as such."""


def _text(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", str(text), style=style)


_Dumper.add_representer(str, _text)
_Dumper.add_multi_representer(str, _text)  # names of tables are of a class of their own


def main() -> None:
    """Write the file."""
    METADATA.write_text(datasette_metadata(), encoding="utf-8")


if __name__ == "__main__":
    main()
