"""What can go wrong only on a MySQL server, and the real files on one."""

import re
import subprocess
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, make_url

from pipeline_assets_tests.contents import contents, differences
from pipeline_assets_tests.mysql_server import GIVEN, Server
from pipeline_assets_tests.workplace import Clock, Workplace, row

KEYS = [
    "Café",
    "CAFE",
    "cafe",
    "cafe\u0301",
    "Cafe",
    "ca fe",
    "café",
    "ＣＡＦＥ",
    "straße",
    "strasse",
]


@pytest.fixture
def place(workplace: Workplace, mariadb: Server, monkeypatch: pytest.MonkeyPatch) -> Workplace:
    """A workplace on MariaDB."""
    workplace.catalogue_url = mariadb.new_catalogue()
    monkeypatch.setenv("CATALOGUE_URL", workplace.catalogue_url)
    return workplace


def test_keys_that_look_alike_are_different_keys(place: Workplace) -> None:
    rows = [row(key, 1.5, name=f"Tea {key}", category_path=[key]) for key in KEYS]
    place.take("one.jsonl", rows)
    assert {found for (found,) in place.rows("SELECT sku FROM skus")} == set(KEYS)
    assert {found for (found,) in place.rows("SELECT path FROM categories")} == set(KEYS)
    for number, key in enumerate(KEYS):
        store = place.take(f"{number}.jsonl", [row("1", 2, store_id=f"S {key}")])
        assert store.state == "archived"
    assert place.one("SELECT COUNT(*) FROM stores") == len(KEYS) + 1


def test_a_space_at_the_end_counts_in_every_key_column(place: Workplace) -> None:
    padded = """SELECT COUNT(*) FROM information_schema.columns c
        WHERE c.table_schema = DATABASE() AND c.character_set_name IS NOT NULL
        AND c.table_name <> 'alembic_version'
        AND c.collation_name NOT IN ('utf8mb4_nopad_bin', 'utf8mb4_0900_bin')
        AND c.table_name NOT IN (SELECT table_name FROM information_schema.views)"""
    assert place.one(padded) == 0
    assert place.one("SELECT COUNT(*) FROM companies WHERE company = 'x '") == 0
    place.take("one.jsonl", [row("1", 1.5)])
    assert place.one("SELECT COUNT(*) FROM companies WHERE company = 'aldi '") == 0
    assert place.one("SELECT COUNT(*) FROM companies WHERE company = 'aldi'") == 1


def test_the_real_files_say_the_same_on_both_databases(
    drained_real_files: Workplace, drained_on_mariadb: Workplace, tmp_path: Path
) -> None:
    before = contents(drained_real_files)
    assert differences(before, contents(drained_on_mariadb)) == {}
    assert len(before["store_prices"]) == 28_281
    assert len(before["ingested_files"]) == 19


def test_post_processing_says_the_same_on_both_databases(
    real_catalogue: Callable[[datetime], Workplace], drained_on_mariadb: Workplace
) -> None:
    now = datetime(2025, 9, 24)
    on_sqlite = real_catalogue(now)
    drained_on_mariadb.change(clock=Clock(now))
    for place in (on_sqlite, drained_on_mariadb):
        assert place.post_process()
    found = contents(on_sqlite)
    # The view counts from the database's own now, at which all these stores are long out of date.
    assert differences(found, contents(drained_on_mariadb)) == {}
    assert len(found["groups"]) == 11
    assert len(found["brand_translations"]) > 3


def test_a_catalogue_that_was_dumped_and_loaded_is_the_same(
    place: Workplace, mariadb: Server
) -> None:
    if GIVEN:
        pytest.skip("mariadb-dump is for the tests' own MariaDB")
    place.take("one.jsonl", [row("1", 1.5)])
    source, target = (
        make_url(url).database or "" for url in (place.catalogue_url, mariadb.new_database())
    )
    client = ("--no-defaults", "--user=root", f"--host={mariadb.host}", f"--port={mariadb.port}")
    dump = subprocess.run(
        ["mariadb-dump", *client, "--single-transaction", source],
        stdout=subprocess.PIPE,
        check=True,
    )
    subprocess.run(["mariadb", *client, target], input=dump.stdout, check=True)
    assert mariadb.dump(target) == mariadb.dump(source)
    assert "INSERT INTO `prices`" in mariadb.dump(target)


def test_many_rows_go_to_a_table_with_one_statement_and_replace_none(place: Workplace) -> None:
    seen: Counter[str] = Counter()

    def note(*about: Any) -> None:
        statement = about[2]
        assert "ON DUPLICATE KEY" not in statement.upper()
        assert not statement.startswith("REPLACE")
        seen.update(re.findall(r"^INSERT INTO (skus|prices|price_history|products) ", statement))

    event.listen(place.pipeline.engine, "before_cursor_execute", note)
    try:
        rows = [row(str(sku), 1.5, name=f"Tea {sku}") for sku in range(300)]
        place.take("one.jsonl", rows)
    finally:
        event.remove(place.pipeline.engine, "before_cursor_execute", note)
    assert seen == dict.fromkeys(("skus", "prices", "price_history", "products"), 1)
    assert place.one("SELECT COUNT(*) FROM prices") == 300
