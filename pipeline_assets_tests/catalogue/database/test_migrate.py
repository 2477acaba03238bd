"""The migrations lead to the schema that the code works with."""

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect, text

from pipeline_assets.catalogue.database.engine import reading, writing
from pipeline_assets.catalogue.database.migrate import VIEWS, alembic_config, migrate
from pipeline_assets.catalogue.database.revision import HEAD
from pipeline_assets.catalogue.schema import metadata
from pipeline_assets.catalogue.totals import read_totals
from pipeline_assets.errors import UsageError


def test_a_new_catalogue_has_exactly_the_tables_of_the_schema(engine: Engine) -> None:
    assert migrate(engine) is True
    with reading(engine) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
        assert set(VIEWS) <= set(inspect(connection).get_view_names())


def test_the_public_tables_and_the_columns_of_the_view_are_there(engine: Engine) -> None:
    migrate(engine)
    public = (
        "companies stores brands brand_aliases products product_redirects product_decisions "
        "product_merges skus categories prices price_history store_groups store_group_members "
        "ingested_files file_attempts"
    )
    with reading(engine) as connection:
        inspector = inspect(connection)
        assert set(public.split()) <= set(inspector.get_table_names())
        shown = [column["name"] for column in inspector.get_columns("store_prices")]
        groups = {column["name"] for column in inspector.get_columns("store_groups")}
    assert shown == [
        "company",
        "store_id",
        "sku",
        "product_id",
        "barcode",
        "name",
        "brand",
        "price",
        "previous_price",
        "was_price",
        "is_on_special",
        "unit_price",
        "unit_of_measure",
        "scraped_date",
        "size",
        "category",
        "store_name",
        "state",
        "url",
        "image_url",
        "is_available",
        "price_since",
    ]
    assert "anchor_store_id" in groups


def test_the_schema_that_the_code_works_with_is_the_last_migration() -> None:
    assert ScriptDirectory.from_config(alembic_config()).get_current_head() == HEAD


def test_migrating_again_does_nothing(engine: Engine) -> None:
    migrate(engine)
    assert migrate(engine) is False


def test_a_catalogue_of_an_older_version_is_brought_up_with_its_rows(engine: Engine) -> None:
    with writing(engine) as connection:
        config = alembic_config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.execute(text("INSERT INTO companies VALUES ('aldi', '2025-09-09 00:00:00')"))
        connection.execute(
            text("INSERT INTO stores (store_key, company, store_id) VALUES (1, 'aldi', 'G1')")
        )
        connection.execute(text("INSERT INTO store_groups VALUES (7, 'aldi', 'G1')"))
    assert migrate(engine) is True
    with reading(engine) as connection:
        rows = connection.execute(text("SELECT group_id, is_flagged FROM store_groups")).all()
    assert [tuple(row) for row in rows] == [(7, 0)]


def test_a_catalogue_of_a_newer_version_is_refused_with_what_to_do(engine: Engine) -> None:
    migrate(engine)
    with writing(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(UsageError, match=r"9999.*newer version.*Upgrade"):
        migrate(engine)


def test_an_older_catalogues_tables_are_counted_when_it_gets_its_totals(engine: Engine) -> None:
    with writing(engine) as connection:
        config = alembic_config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0005")
        connection.execute(text("INSERT INTO companies VALUES ('aldi', '2025-09-09 00:00:00')"))
        for sku in ("1", "2"):
            connection.execute(
                text(
                    "INSERT INTO skus (company, sku, name, facts_at, facts_store_id,"
                    " identity_file_id) VALUES ('aldi', :sku, 'x', '2025-09-09 00:00:00', 'G1', 1)"
                ),
                {"sku": sku},
            )
    migrate(engine)
    with reading(engine) as connection:
        assert read_totals(connection) == {"prices": 0, "price_history": 0, "skus": 2}
