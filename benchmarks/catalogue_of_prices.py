"""A large catalogue for look-ups; its prices are made by the database itself.

Four companies with as many SKUs and stores each. The first two fifths of a company's SKUs are
products that all four sell; each SKU is in a fifth of its company's stores. Every price has been
there since its first day; a quarter of them changed once.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert, text

from pipeline_assets.catalogue.database.engine import writing
from pipeline_assets.catalogue.database.statements import insert_rows
from pipeline_assets.catalogue.schema import categories, companies, products, skus, stores
from pipeline_assets.domain.normalisation.match_keys import match_key
from pipeline_assets.services.pipeline import Pipeline

COMPANIES = ("aldi", "coles", "iga", "woolworths")
NOW = datetime(2025, 9, 24)
_ROWS_AT_ONCE = 20_000
_ONE_STORE_IN = 5
_CATEGORIES = 200  # of each company
# Each SKU has one word of each kind, that of its number divided by the first figure.
_WORDS = {
    "brand": (7, [f"brand{number}" for number in range(500)]),
    "thing": (1, ["milk", "bread", "rice", "jam", *(f"thing{number}" for number in range(26))]),
    "kind": (30, ["full", "light", "fresh", *(f"kind{number}" for number in range(17))]),
    "taste": (3, ["cream", "plum", *(f"taste{number}" for number in range(38))]),
    "size": (11, ["2L", "1L", "500g", *(f"{number}g" for number in range(1000, 1017))]),
}
# They are made after the rows: much quicker than keeping them meanwhile.
_INDEXES = {
    "ix_prices_sku_id": ("prices", "sku_id"),
    "ix_price_history_sku_id": ("price_history", "sku_id"),
    "ix_price_history_scraped_date": ("price_history", "scraped_date, store_key"),
}

_SOLD = f"""
  FROM stores
  JOIN skus ON skus.company = stores.company
           AND (skus.sku_id + stores.store_key * 3) % {_ONE_STORE_IN} = 0"""
_CENTS = "100 + (skus.sku_id * 37) % 900 + stores.store_key % 3"
_PRICES = f"""
INSERT INTO prices (store_key, sku_id, price_cents, is_on_special, unit_price_e4, unit_of_measure,
                    price_since_date)
SELECT stores.store_key, skus.sku_id, {_CENTS}, 0, ({_CENTS}) * 200, 'kg', '2025-03-01' {_SOLD}"""
_HISTORY = (
    "INSERT INTO price_history (store_key, sku_id, scraped_at, scraped_date, `change`, price_cents)"
)
_FIRST_SEEN = f"""{_HISTORY}
SELECT stores.store_key, skus.sku_id, '2025-03-01 00:00:00.000000', '2025-03-01', 'first_seen',
       {_CENTS} {_SOLD}"""
_CHANGED = f"""{_HISTORY}
SELECT store_key, sku_id, '2025-08-01 00:00:00.000000', '2025-08-01', 'changed', price_cents - 20
  FROM prices WHERE sku_id % 4 = 0"""  # noqa: S608 - of constants

# As many rows as the step would make, without its work: that is measured on a smaller catalogue.
_COMPANY_PRODUCTS = """
INSERT INTO company_products (product_id, company, lowest_cents, median_cents, highest_cents,
                              stores, stores_current, cheapest_sku_id, unit_price_e4,
                              unit_of_measure, low_90_cents, low_90_date, low_90_store_key,
                              low_ever_cents, low_ever_date)
SELECT product_id, company, 300, 310, 320, 20, 10, sku_id, 6000 + sku_id % 900, 'kg',
       280, '2025-08-01', 1, 280, '2025-08-01'
  FROM skus"""


@dataclass(frozen=True, slots=True)
class Size:
    """How many SKUs and stores the catalogue has; both are multiples of 20."""

    skus: int
    stores: int

    @property
    def skus_of_company(self) -> int:
        """How many SKUs each company has."""
        return self.skus // len(COMPANIES)

    @property
    def shared(self) -> int:
        """How many SKUs of a company are products that all companies sell."""
        return self.skus_of_company * 2 // 5

    @property
    def prices(self) -> int:
        """How many prices that makes."""
        return self.skus_of_company * self.stores // _ONE_STORE_IN


def sku_name(number: int) -> str:
    """The SKU with this number, as its company calls it."""
    return f"{number:08}"


def barcode(number: int) -> str:
    """The barcode of the product of this SKU; its check digit is not looked at here."""
    return f"93{number:011}"


def fill_catalogue(pipeline: Pipeline, size: Size) -> None:
    """Fill an empty catalogue; only `sku_words` is left to post-processing."""
    with writing(pipeline.engine) as connection:
        is_sqlite = connection.dialect.name == "sqlite"
        connection.execute(
            text("PRAGMA cache_size=-1000000" if is_sqlite else "SET foreign_key_checks=0")
        )
        # MySQL keeps an index that a foreign key needs, even while it does not check them.
        is_mysql = not is_sqlite and not connection.dialect.is_mariadb  # type: ignore[attr-defined]
        later = {} if is_mysql else _INDEXES
        for name, (table, _) in later.items():
            connection.execute(text(f"DROP INDEX {name}" + ("" if is_sqlite else f" ON {table}")))
        _fill_lists(connection, size)
        _fill_skus(connection, size)
        _fill_prices(connection)
        for name, (table, columns) in later.items():
            connection.execute(text(f"CREATE INDEX {name} ON {table} ({columns})"))
        if not is_sqlite:
            connection.execute(text("SET foreign_key_checks=1"))


def _fill_lists(connection: Connection, size: Size) -> None:
    rows = [{"company": one, "first_seen_at": NOW} for one in COMPANIES]
    connection.execute(insert(companies), rows)
    connection.execute(insert(stores), [_store(key) for key in range(1, size.stores + 1)])
    connection.execute(
        insert(categories),
        [
            {
                "category_id": company * _CATEGORIES + number + 1,
                "company": name,
                "path": f"Aisle {number % 10} › Shelf {number}",
                "name": f"Shelf {number}",
            }
            for company, name in enumerate(COMPANIES)
            for number in range(_CATEGORIES)
        ],
    )


def _store(key: int) -> dict[str, Any]:
    scraped_at = NOW - timedelta(days=key % 14)
    return {
        "store_key": key,
        "company": COMPANIES[key % len(COMPANIES)],
        "store_id": f"S{key}",
        "store_name": f"Store {key}",
        "last_scraped_at": scraped_at,
        "last_scraped_date": scraped_at.date(),
    }


def _fill_skus(connection: Connection, size: Size) -> None:
    for company in range(len(COMPANIES)):
        for start in range(0, size.skus_of_company, _ROWS_AT_ONCE):
            numbers = range(start, min(start + _ROWS_AT_ONCE, size.skus_of_company))
            rows = list(_skus(size, company, numbers))
            own = [row for row in rows if company == 0 or row["product_id"] > size.shared]
            insert_rows(
                connection,
                products,
                [
                    {
                        "product_id": row["product_id"],
                        "barcode": row["barcode"],
                        "display_sku_id": row["sku_id"],
                        "created_at": NOW,
                    }
                    for row in own
                ],
            )
            insert_rows(connection, skus, rows)


def _skus(size: Size, company: int, numbers: range) -> Iterator[dict[str, Any]]:
    for number in numbers:
        sku_id = company * size.skus_of_company + number + 1
        product_id = number + 1 if number < size.shared else sku_id
        words = [listed[number // step % len(listed)] for step, listed in _WORDS.values()]
        yield {
            "sku_id": sku_id,
            "company": COMPANIES[company],
            "sku": sku_name(number),
            "product_id": product_id,
            "name": " ".join(words),
            "match_key": match_key(" ".join(words), None, None),
            "category_id": company * _CATEGORIES + number % _CATEGORIES + 1,
            "url": f"https://shop.example/{sku_id}",
            "barcode": barcode(product_id),
            "facts_at": NOW,
            "facts_store_id": "S1",
            "identity_file_id": 1,
        }


def _fill_prices(connection: Connection) -> None:
    for statement in (_PRICES, _FIRST_SEEN, _CHANGED, _COMPANY_PRODUCTS):
        connection.execute(text(statement))
