"""What is published equals the views, is the same bytes each time, and only written with news."""

import json
import re
import shutil
import signal
from datetime import datetime
from decimal import Decimal
from functools import partial
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from pipeline_assets import stopping
from pipeline_assets.services.operators.backup import back_up
from pipeline_assets.services.operators.decide import decide
from pipeline_assets.services.publishing.data_sets import PRICE_CHANGES, PRICES, PRODUCTS
from pipeline_assets.services.publishing.publish import publish
from pipeline_assets.services.publishing.source import has_news_to_publish
from pipeline_assets_tests.publishing.read_back import by_csv, by_duckdb, by_pandas, of_view
from pipeline_assets_tests.services.publishing.catalogues import BARCODE, fill
from pipeline_assets_tests.workplace import Clock, Workplace, row

ON_BOTH_DATABASES = True


def bytes_of(folder: Path) -> dict[str, bytes]:
    """All files that readers see, by relative path."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.startswith(".")
    }


def test_parquet_read_back_equals_the_views_row_for_row(workplace: Workplace) -> None:
    fill(workplace)
    latest = publish(workplace.pipeline).path
    for data_set, view, rows in (
        (PRICES, "store_prices", 64),
        (PRICE_CHANGES, "price_changes", 67),
    ):
        expected = of_view(workplace, view, data_set)
        assert len(expected) == rows
        assert by_pandas(latest / data_set.file, data_set) == expected
        assert by_duckdb(latest / data_set.file, data_set) == expected


def test_money_days_and_truth_values_have_types_of_their_own(workplace: Workplace) -> None:
    fill(workplace)
    schema = pq.read_schema(publish(workplace.pipeline).path / "prices.parquet")
    assert {
        name: str(schema.field(name).type) for name in schema.names[1:4] + schema.names[7:15]
    } == {
        "store_id": "string",
        "sku": "string",
        "product_id": "int64",
        "price": "decimal128(9, 2)",
        "previous_price": "decimal128(9, 2)",
        "was_price": "decimal128(9, 2)",
        "is_on_special": "bool",
        "unit_price": "decimal128(16, 4)",
        "unit_of_measure": "string",
        "scraped_date": "date32[day]",
        "size": "string",
    }


def test_changes_lie_in_a_folder_per_month(workplace: Workplace) -> None:
    fill(workplace)
    latest = publish(workplace.pipeline).path
    assert sorted(path for path in bytes_of(latest) if path.startswith("price_changes")) == [
        "price_changes.parquet/month=2025-08/part-0.parquet",
        "price_changes.parquet/month=2025-09/part-0.parquet",
    ]
    august = by_duckdb(latest / "price_changes.parquet" / "month=2025-08", PRICE_CHANGES)
    day = [column.name for column in PRICE_CHANGES.columns].index("scraped_date")
    assert {change[day] for change in august} == {"2025-08-30"}


def test_products_have_their_companies_and_what_they_cost_there(workplace: Workplace) -> None:
    fill(workplace)
    shown = by_pandas(publish(workplace.pipeline).path / PRODUCTS.file, PRODUCTS)
    names = [column.name for column in PRODUCTS.columns]
    products = {line[:2]: dict(zip(names, line, strict=True)) for line in shown}
    assert [line[:2] for line in shown] == sorted(products)
    assert len(products) == 3 + 30 + 2 + 30
    both = products["aldi", "9"], products["coles", "77"]
    assert both[0]["product_id"] == both[1]["product_id"]
    assert {one["companies"] for one in both} == {("aldi", "coles")}
    assert [one["barcode"] for one in both] == [BARCODE] * 2
    assert [one["median_price"] for one in both] == [Decimal("2.00"), Decimal("2.20")]
    jam = products["aldi", "007"]
    assert jam["name"].startswith('Jam, "strawberry"')
    assert (jam["lowest_price"], jam["stores"], jam["unit_price"]) == (
        Decimal("4.40"),
        1,
        Decimal("11.0000"),
    )
    assert (jam["low_ever"], jam["low_ever_date"]) == (Decimal("4.40"), "2025-09-02")
    unsold = products["coles", "78"]
    assert (unsold["companies"], unsold["stores"], unsold["low_ever"]) == (("coles",), None, None)


def test_what_products_cost_is_what_the_view_says(workplace: Workplace) -> None:
    fill(workplace)
    shown = by_pandas(publish(workplace.pipeline).path / PRODUCTS.file, PRODUCTS)
    names = [column.name for column in PRODUCTS.columns]
    kept = list(PRODUCTS.columns[names.index("lowest_price") :])
    found = {(line[2], line[0]): line[-len(kept) :] for line in shown if line[-len(kept)]}
    asked = ", ".join(column.name for column in kept)
    expected = {
        (product_id, company): rest
        for product_id, company, *rest in workplace.rows(
            f"SELECT product_id, company, {asked} FROM product_prices"
        )
    }
    assert found.keys() == expected.keys()
    assert len(found) > 60
    for key, line in found.items():
        for column, value, other in zip(kept, line, expected[key], strict=True):
            if isinstance(value, Decimal):
                assert abs(value - Decimal(str(other))) < Decimal("0.00001"), (key, column)
            else:
                assert str(value) == str(other), (key, column)


def test_the_same_as_csv_if_wished(workplace: Workplace) -> None:
    fill(workplace)
    assert not list(publish(workplace.pipeline).path.glob("*.csv"))
    workplace.change(settings={"publish_csv": True})
    latest = publish(workplace.pipeline).path
    for data_set in (PRICES, PRICE_CHANGES):
        view = "store_prices" if data_set is PRICES else data_set.name
        assert by_csv(latest / f"{data_set.name}.csv", data_set) == of_view(
            workplace, view, data_set
        )
    text = (latest / "products.csv").read_bytes().decode("utf-8")
    assert text.startswith('"company","sku","product_id","companies"')
    assert '"[""aldi"", ""coles""]"' in text
    assert text.count("\r\n") == 1 + 65 + text.count('strawberry""\r\n')


def test_the_same_catalogue_gives_the_same_bytes(workplace: Workplace) -> None:
    workplace.change(settings={"publish_csv": True})
    fill(workplace)
    first = publish(workplace.pipeline)
    before = bytes_of(first.path)
    for path in sorted(first.path.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    again = publish(workplace.pipeline)
    assert again.is_written
    assert again.path == first.path
    assert bytes_of(again.path) == before
    assert not any(re.search(rb"20(2[6-9]|3\d)-\d\d-\d\d", content) for content in before.values())


def test_the_order_of_files_changes_product_ids_only(workplace: Workplace, tmp_path: Path) -> None:
    fill(workplace)
    here = publish(workplace.pipeline).path
    root = tmp_path / "other"
    root.mkdir()
    with Workplace.create(root) as other:
        fill(other, ("b1", "a1", "a2", "a3"))
        there = publish(other.pipeline).path
        for data_set in (PRICES, PRODUCTS, PRICE_CHANGES):
            at = [column.name for column in data_set.columns].index("product_id")
            mine, theirs = (by_pandas(folder / data_set.file, data_set) for folder in (here, there))
            assert mine != theirs
            assert [line[:at] + line[at + 1 :] for line in mine] == [
                line[:at] + line[at + 1 :] for line in theirs
            ]


def test_both_databases_give_the_same_bytes(workplace: Workplace, tmp_path: Path) -> None:
    """Of one file: where a server leaves gaps between product ids, those differ after it."""
    root = tmp_path / "other"
    root.mkdir()
    with Workplace.create(root) as other:  # on SQLite
        for place in (workplace, other):
            place.change(clock=Clock(datetime(2025, 9, 6)))
            fill(place, ("a1",))
        assert bytes_of(publish(workplace.pipeline).path) == bytes_of(publish(other.pipeline).path)


def test_an_unchanged_catalogue_writes_nothing(workplace: Workplace) -> None:
    fill(workplace)
    assert has_news_to_publish(workplace.pipeline)
    first = publish(workplace.pipeline)
    assert first.is_written
    entries = sorted(workplace.pipeline.folders.published.rglob("*"))
    times = [path.lstat().st_mtime_ns for path in entries]
    assert not has_news_to_publish(workplace.pipeline)
    again = publish(workplace.pipeline)
    assert not again.is_written
    assert again.latest == first.latest
    assert sorted(workplace.pipeline.folders.published.rglob("*")) == entries
    assert [path.lstat().st_mtime_ns for path in entries[:-1]] == times[:-1]


def _a_file(place: Workplace) -> None:
    place.take("new.jsonl", [row("1", 3.0, store_id="G9", day="2025-09-06")])


def _a_decision(place: Workplace) -> None:
    decide(place.pipeline, "same", "aldi/8", "coles/78")


def _another_name_of_a_store(place: Workplace) -> None:
    from sqlalchemy import text

    from pipeline_assets.catalogue.database.engine import writing

    with writing(place.pipeline.engine) as connection:
        connection.execute(text("UPDATE stores SET store_name = 'New' WHERE store_id = 'G1'"))


def _a_setting(place: Workplace) -> None:
    place.change(settings={"publish_csv": True})


@pytest.mark.parametrize("change", [_a_file, _a_decision, _another_name_of_a_store, _a_setting])
def test_what_changes_is_published(workplace: Workplace, change: object) -> None:
    fill(workplace)
    first = publish(workplace.pipeline)
    change(workplace)  # type: ignore[operator]
    assert has_news_to_publish(workplace.pipeline)
    assert publish(workplace.pipeline).latest.name != first.latest.name
    assert not has_news_to_publish(workplace.pipeline)


def test_a_catalogue_that_was_restored_from_a_backup_is_not_mistaken(
    tmp_path: Path, workplace: Workplace
) -> None:
    """It goes on with other files of the same number, after sets of the lost ones were made."""
    if workplace.catalogue_url:
        pytest.skip("a backup is a SQLite file")
    fill(workplace)
    first = publish(workplace.pipeline).latest
    workplace.pipeline.engine.dispose()
    file = workplace.data / "catalogue.sqlite"
    backup = tmp_path / "backup.sqlite"
    back_up(workplace.pipeline, backup)
    _a_file(workplace)
    lost = publish(workplace.pipeline).latest
    workplace.pipeline.engine.dispose()
    for path in workplace.data.glob("catalogue.sqlite*"):
        path.unlink()
    shutil.copy(backup, file)
    again = publish(workplace.pipeline)
    assert again.latest.name == first.name
    workplace.take("other.jsonl", [row("1", 3.5, store_id="G9", day="2025-09-06")])
    other = publish(workplace.pipeline)
    assert other.latest.name not in (first.name, lost.name)
    assert other.is_written


def test_what_only_the_clock_changes_is_published(workplace: Workplace) -> None:
    workplace.change(clock=Clock(datetime(2025, 9, 6)))
    fill(workplace)
    first = publish(workplace.pipeline)
    workplace.change(clock=Clock(datetime(2025, 11, 6)))
    workplace.post_process()  # no store is current any more
    again = publish(workplace.pipeline)
    assert again.latest.name != first.latest.name
    assert {line[at_current()] for line in by_pandas(again.path / PRODUCTS.file, PRODUCTS)} == {
        0,
        None,
    }


def at_current() -> int:
    return [column.name for column in PRODUCTS.columns].index("stores_current")


def _raise(error: BaseException) -> None:
    raise error


def test_a_request_to_stop_leaves_the_latest_set(
    workplace: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(workplace)
    first = publish(workplace.pipeline)
    _a_file(workplace)
    with monkeypatch.context() as patch:
        patch.setattr(stopping, "check", partial(_raise, stopping.Interrupted(signal.SIGTERM)))
        with pytest.raises(stopping.Interrupted):
            publish(workplace.pipeline)
    folder = workplace.pipeline.folders.published
    assert (folder / "latest").readlink().name == first.latest.name
    assert len(list(folder.iterdir())) == 2


def test_news_that_change_no_byte_keep_the_set(workplace: Workplace) -> None:
    fill(workplace)
    first = publish(workplace.pipeline)
    decide(workplace.pipeline, "never", "aldi/8", "coles/78")
    assert has_news_to_publish(workplace.pipeline)
    again = publish(workplace.pipeline)
    assert not again.is_written
    assert again.path == first.path
    assert again.latest.number == first.latest.number + 1
    assert not has_news_to_publish(workplace.pipeline)


def test_an_empty_catalogue_has_empty_data_sets(workplace: Workplace) -> None:
    published = publish(workplace.pipeline)
    assert set(published.latest.rows.values()) == {0}
    assert by_pandas(published.path / PRICES.file, PRICES) == []
    assert json.loads((published.path / "comparison.json").read_bytes()) == []
    names = [
        one["name"]
        for one in json.loads((published.path / "datapackage.json").read_bytes())["resources"]
    ]
    assert names == ["prices", "products", "comparison"]


def test_the_comparison_has_each_article_that_is_sold_with_its_past(workplace: Workplace) -> None:
    fill(workplace)
    articles = json.loads((publish(workplace.pipeline).path / "comparison.json").read_bytes())
    assert len(articles) == 64
    by_id = {(one["store"], one["id"]): one for one in articles}
    assert list(by_id) == sorted(by_id)
    assert ("coles", "78") not in by_id
    jam = by_id["aldi", "007"]
    assert jam["priceHistory"] == [
        {"date": "2025-09-02", "price": 4.4},
        {"date": "2025-08-30", "price": 5.5},
    ]
    assert (jam["price"], jam["unit"], jam["quantity"]) == (4.4, "g", 500)
    assert (jam["unitPrice"], jam["unitOfMeasure"], jam["isWeighted"]) == (11.0, "kg", False)
    assert by_id["aldi", "100"]["quantity"] == 2_250
    back = by_id["aldi", "8"]
    assert back["priceHistory"] == [
        {"date": "2025-09-05", "price": 99999.99},
        {"date": "2025-08-30", "price": 0.01},
    ]
    assert by_id["coles", "77"]["barcode"] == BARCODE
