"""Every column of every table and view says what it means."""

import pytest
from sqlalchemy import inspect

from pipeline_assets.catalogue.column_descriptions import VIEW_COLUMNS, described_columns
from pipeline_assets.catalogue.database.engine import reading
from pipeline_assets.catalogue.database.migrate import VIEWS
from pipeline_assets.catalogue.schema import metadata
from pipeline_assets_tests.workplace import Workplace

ON_BOTH_DATABASES = True


def test_the_columns_described_are_those_of_the_catalogue(workplace: Workplace) -> None:
    assert VIEW_COLUMNS.keys() == VIEWS.keys()
    with reading(workplace.pipeline.engine) as connection:
        inspector = inspect(connection)
        there = {
            name: [column["name"] for column in inspector.get_columns(name)]
            for name in (*metadata.tables, *VIEWS)
        }
    described = {name: [one.name for one in described_columns(name)] for name in there}
    assert described == there


def test_each_column_is_described_in_one_short_line() -> None:
    texts = {
        f"{name}.{column.name}": column.description
        for name in (*metadata.tables, *VIEWS)
        for column in described_columns(name)
    }
    wrong = {
        name: text
        for name, text in texts.items()
        if not text or len(text) > 100 or "\n" in text or text.endswith(".")
    }
    assert wrong == {}


def test_types_nulls_and_keys_are_those_of_the_schema() -> None:
    shown = {one.name: one for one in described_columns("skus")}
    assert (shown["sku_id"].type, shown["sku_id"].is_unique) == ("BIGINT", True)
    assert (shown["name"].type, shown["name"].is_nullable) == ("VARCHAR(512)", False)
    assert (shown["brand_name"].is_nullable, shown["brand_name"].is_unique) == (True, False)
    of_key = {one.name: one.is_unique for one in described_columns("prices")}
    assert (of_key["store_key"], of_key["sku_id"]) == (False, False)


def test_no_meaning_is_a_comment_in_the_database() -> None:
    commented = [c for table in metadata.tables.values() for c in table.columns if c.comment]
    assert commented == []


def test_another_name_is_refused() -> None:
    with pytest.raises(KeyError):
        described_columns("receipts")
