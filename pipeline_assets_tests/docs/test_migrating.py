"""The SELECT for the old tables makes a file that `import-barcodes` takes."""

import csv
from pathlib import Path

from sqlalchemy import create_engine, text

from pipeline_assets.services.operators.import_barcodes import import_barcodes
from pipeline_assets_tests.docs.blocks import blocks_in
from pipeline_assets_tests.enrichment.shop import gtin
from pipeline_assets_tests.mysql_server import Server
from pipeline_assets_tests.workplace import Workplace

OLD_TABLES = (
    "CREATE TABLE companies_company (id INT PRIMARY KEY, name VARCHAR(50))",
    "CREATE TABLE companies_store (id INT PRIMARY KEY, company_id INT, store_id VARCHAR(50))",
    "CREATE TABLE products_product (id INT PRIMARY KEY, barcode VARCHAR(50) NULL, "
    "has_no_coles_barcode BOOLEAN NOT NULL)",
    "CREATE TABLE products_price (id INT PRIMARY KEY AUTO_INCREMENT, product_id INT, store_id INT, "
    "sku VARCHAR(100), scraped_date DATETIME)",
    "INSERT INTO companies_company VALUES (1, 'Coles'), (2, 'IGA')",
    "INSERT INTO companies_store VALUES (1, 1, 'COL:1'), (2, 1, 'COL:2'), (3, 2, '9')",
    f"INSERT INTO products_product VALUES (1, '{gtin(1)}', 0), (2, NULL, 1), (3, 'notfound', 0), "
    "(4, '2000000000008', 0)",
    "INSERT INTO products_price (product_id, store_id, sku, scraped_date) VALUES "
    "(1, 1, '0011', '2025-09-01 10:00:00'), (1, 2, '0011', '2025-09-03 09:00:00'), "
    "(1, 3, 'X9', '2025-09-02'), (2, 1, '22', '2025-09-01'), (2, 3, 'X2', '2025-09-01'), "
    "(3, 1, '33', '2025-09-01'), (4, 1, '44', '2025-09-01')",
)


def select_of_the_page() -> str:
    (block,) = [one for one in blocks_in("text") if one.text.startswith("SELECT LOWER(c.name)")]
    assert block.page == "docs/migrating.md"
    return block.text


def test_what_the_select_gives_is_taken(
    mariadb: Server, workplace: Workplace, tmp_path: Path
) -> None:
    engine = create_engine(mariadb.new_database())
    with engine.begin() as connection:
        for statement in OLD_TABLES:
            connection.execute(text(statement))
        found = connection.execute(text(select_of_the_page()))
        columns, rows = list(found.keys()), sorted(map(tuple, found))
    engine.dispose()
    file = tmp_path / "barcodes.csv"
    with file.open("w", newline="") as stream:
        csv.writer(stream).writerows([columns, *rows])
    done = import_barcodes(workplace.pipeline, file)
    assert workplace.rows(
        "SELECT company, sku, barcode, no_barcode_at IS NOT NULL FROM waiting_barcodes "
        "ORDER BY company, sku"
    ) == [("coles", "0011", gtin(1), 0), ("coles", "22", None, 1), ("iga", "X9", gtin(1), 0)]
    assert str(workplace.one("SELECT MAX(barcode_at) FROM waiting_barcodes")).startswith(
        "2025-09-02 14:00:00"  # the third of September begins in Sydney
    )
    assert len(done.refused) == 1
