"""CPU time of post-processing with nothing changed, by the number of SKUs.

    python -m benchmarks.post_processing [--rounds N] [--stores N] [skus ...]

Four companies sell the SKUs; three in five have a barcode, which two companies share. The command
`post-process` runs twice, so that nothing is left to do, and then again, which is what is measured:
the whole process, its imports and Dagster's part included. Beside it an earlier commit does the
same with a catalogue of its own; a figure of its own is counting the rows of the tables that the
steps and checks look at.
"""

import argparse
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Table, insert, text

from pipeline_assets.catalogue import watermarks
from pipeline_assets.catalogue.database.engine import writing
from pipeline_assets.catalogue.schema import (
    brand_aliases,
    brands,
    companies,
    ingested_files,
    prices,
    product_translations,
    products,
    skus,
    store_group_members,
    store_groups,
    stores,
)
from pipeline_assets.services.pipeline import Pipeline
from pipeline_assets.services.post_processing.steps import STEPS

if TYPE_CHECKING:
    from benchmarks.figures import Figure

# An earlier commit's code runs this file too, so other benchmarks are imported where needed.
_SCRIPT = Path(__file__).resolve()
_ROOT = _SCRIPT.parents[1]
Row = dict[str, Any]
COMPANIES = ("aldi", "coles", "iga", "woolworths")
SKUS_PER_STORE = 2_600
SKUS_PER_BRAND = 40
SEEN = datetime.now(UTC).replace(tzinfo=None, microsecond=0) - timedelta(days=1)


def fill(pipeline: Pipeline, n_skus: int, n_stores: int) -> None:
    """A catalogue of so many SKUs, in products by the rules, and stores with prices."""
    names = [f"brand {number:06}" for number in range(max(1, n_skus // SKUS_PER_BRAND))]
    with writing(pipeline.engine) as connection:
        _insert(connection, companies, ({"company": c, "first_seen_at": SEEN} for c in COMPANIES))
        _insert(connection, brands, map(_brand, range(len(names)), names))
        _insert(connection, brand_aliases, map(_alias, range(len(names)), names))
        _insert(connection, products, _products(n_skus))
        _insert(connection, skus, (_sku(number, names) for number in range(n_skus)))
        _fill_stores(connection, n_skus, n_stores)
        connection.execute(insert(ingested_files), _ledger_entry(n_skus))
        # What a first run would find, which takes minutes and gigabytes for a million SKUs.
        _insert(connection, product_translations, _translations(n_skus, names))
        for step in (each.name for each in STEPS if each.keeps_watermark):
            watermarks.set_watermark(connection, step, 1)
        connection.execute(text(_TOTALS.format("skus")))
        connection.execute(text(_TOTALS.format("prices")))


_TOTALS = "UPDATE catalogue_totals SET total = (SELECT COUNT(*) FROM {0}) WHERE name = '{0}'"


def _brand(number: int, name: str) -> Row:
    return {"brand_id": number, "normalised_name": name, "name": name.title()}


def _alias(number: int, name: str) -> Row:
    return {"alias": name, "brand_id": number, "spelling": name.title()}


def _shares_its_product(number: int) -> bool:
    """Whether this SKU has the barcode of the SKU before it, which another company sells."""
    return number % 10 in {1, 3, 5}


def _barcode(number: int) -> str | None:
    return f"{2 * 10**12 + (number - number % 2):013}" if number % 10 < 6 else None


def _products(n_skus: int) -> Iterator[Row]:
    for number in range(n_skus):
        if not _shares_its_product(number):
            yield {
                "product_id": number + 1,
                "barcode": _barcode(number),
                "display_sku_id": number + 1,
                "created_at": SEEN,
            }


def _match_key(number: int, names: list[str]) -> str:
    return f"{number} {names[number // 2 % len(names)]} article long of shelf the"


def _translations(n_skus: int, names: list[str]) -> Iterator[Row]:
    for number in range(n_skus):
        first = number - 1 if _shares_its_product(number) else number
        yield {
            "match_key": _match_key(number, names),
            "canonical_key": _match_key(first, names),
        }


def _sku(number: int, names: list[str]) -> Row:
    name = f"Article {number - number % 2} Of The {COMPANIES[number % len(COMPANIES)]} Shelf"
    brand = names[number // 2 % len(names)]
    return {
        "sku_id": number + 1,
        "company": COMPANIES[number % len(COMPANIES)],
        "sku": f"{number:09}",
        "product_id": number + (0 if _shares_its_product(number) else 1),
        "name": name,
        "brand_name": brand.title(),
        "brand_alias": brand,
        "match_key": _match_key(number, names),
        "facts_at": SEEN,
        "facts_store_id": "S0",
        "barcode": _barcode(number),
        "barcode_at": SEEN,
        "identity_file_id": 1,
    }


def _fill_stores(connection: Connection, n_skus: int, n_stores: int) -> None:
    """Stores of all companies, each the anchor of a group of one; those of a company are alike."""
    for number in range(n_stores):
        company, store_id = COMPANIES[number % len(COMPANIES)], f"S{number}"
        its = {"company": company, "store_id": store_id}
        seen = {"last_scraped_at": SEEN, "last_scraped_date": SEEN.date()}
        count = {"store_key": number + 1, "last_priced_rows": SKUS_PER_STORE}
        connection.execute(insert(stores), its | seen | count)
        group = {"company": company, "group_id": number + 1}
        connection.execute(insert(store_groups), group | {"anchor_store_id": store_id})
        connection.execute(insert(store_group_members), group | {"store_id": store_id})
        step = len(COMPANIES)
        sold = range(number % step + 1, n_skus + 1, step)[:SKUS_PER_STORE]
        common = {
            "store_key": number + 1,
            "is_on_special": False,
            "price_since_date": SEEN.date(),
        }
        rows = [{"sku_id": sku_id, "price_cents": 100 + sku_id % 900} for sku_id in sold]
        _insert(connection, prices, (row | common for row in rows))


def _ledger_entry(n_skus: int) -> Row:
    counts = dict.fromkeys(
        ("rows_rejected", "products_new", "prices_changed", "prices_unchanged", "prices_delisted"),
        0,
    )
    counts |= dict.fromkeys(
        ("rows_read", "rows_accepted", "rows_priced", "skus_new", "prices_new"), n_skus
    )
    return counts | {
        "file_id": 1,
        "digest": "0" * 64,
        "source_path": "product_inbox/all.jsonl",
        "archive_path": "archive/all.jsonl",
        "company": COMPANIES[0],
        "store_id": "S0",
        "scraped_at": SEEN,
        "scraped_date": SEEN.date(),
        "ingested_at": SEEN,
        "moved_at": SEEN,
    }


def _insert(connection: Connection, table: Table, rows: Iterator[dict[str, Any]]) -> None:
    piece: list[dict[str, Any]] = []
    for row in rows:
        piece.append(row)
        if len(piece) == 20_000:
            connection.execute(insert(table), piece)
            piece = []
    if piece:
        connection.execute(insert(table), piece)


def make(n_skus: int, n_stores: int) -> None:
    """Fill this environment's catalogue."""
    fill(Pipeline().prepare(), n_skus, n_stores)


def _count(environment: Mapping[str, str]) -> float:
    """CPU seconds for counting the rows of the large tables, in this process."""
    import sqlite3

    catalogue = sqlite3.connect(Path(environment["PIPELINE_DATA_DIR"]) / "catalogue.sqlite")
    begun = time.process_time()
    for table in ("products", "skus", "product_translations"):
        catalogue.execute(f"SELECT COUNT(*) FROM {table} NOT INDEXED").fetchone()  # noqa: S608
    catalogue.close()
    return time.process_time() - begun


def _readings(code: Path, n_skus: int, n_stores: int, rounds: int) -> tuple[list[float], float]:
    """CPU seconds of each command, with the code in a folder; and of counting."""
    from benchmarks.children import COMMANDS, home_of, run

    with home_of(code) as environment:
        run((str(_SCRIPT), str(n_skus), "--stores", str(n_stores), "--make"), environment)
        command = (*COMMANDS, "post-process", "--json")
        spent = [run(command, environment).cpu for _ in range(rounds + 2)]
        return spent[2:], _count(environment)


def figures(
    sizes: Sequence[int] = (1_000_000,),
    stores: int = 100,
    rounds: int = 3,
    earlier: str | None = None,
) -> "list[Figure]":
    """CPU seconds of the command, for each number of SKUs."""
    from benchmarks.earlier_commit import BEFORE, checkout
    from benchmarks.figures import Figure

    earlier = earlier or BEFORE
    found: list[Figure] = []
    with checkout(earlier) as before:
        for size in sizes:
            now, counted = _readings(_ROOT, size, stores, rounds)
            then, _ = _readings(before, size, stores, 1)
            title = f"post-process with nothing changed, {size:,} SKUs"
            for beside, beside_is in (
                (then, f"commit {earlier}"),
                ([counted], "counting the rows"),
            ):
                found.append(
                    Figure(
                        measure=title,
                        unit="s CPU",
                        readings=tuple(now),
                        beside=tuple(beside),
                        beside_is=beside_is,
                    )
                )
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("skus", nargs="*", type=int, default=[1_000_000])
    parser.add_argument("--stores", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--make", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.make:
        make(options.skus[0], options.stores)
        return
    from benchmarks.figures import show

    show(figures(options.skus, options.stores, options.rounds))


if __name__ == "__main__":
    main()
