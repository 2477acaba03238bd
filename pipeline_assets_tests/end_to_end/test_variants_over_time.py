"""Variants that only the addresses of their pages tell apart, and names on the shelf."""

from typing import Any

from alembic import command
from sqlalchemy import inspect, text

from pipeline_assets.catalogue.database.engine import writing
from pipeline_assets.catalogue.database.migrate import alembic_config, migrate
from pipeline_assets_tests.end_to_end.stories import merge_rows, post_process, prices_and_history
from pipeline_assets_tests.workplace import Workplace, row

ON_BOTH_DATABASES = True

PAGE = "https://shop.example/product/"


def take(place: Workplace, store: str, day: int, sku: str, **product: Any) -> None:
    lines = [row(company="coles", store_id=store, day=f"2025-09-{day:02}", sku=sku, **product)]
    assert place.take(f"{store}-{day}.jsonl", lines).place is not None
    assert place.files("quarantine") == []


def one_product(place: Workplace) -> bool:
    return bool(place.one("SELECT COUNT(DISTINCT product_id) FROM skus") == 1)


def test_two_stores_variants_are_two_products_until_a_page_is_renamed(workplace: Workplace) -> None:
    take(workplace, "1", 1, "a", name="Shower Gel 1L", url=f"{PAGE}shower-gel-active-sport-1l-7")
    take(workplace, "2", 1, "b", name="Shower Gel 1L", url=f"{PAGE}shower-gel-aqua-revive-1l-8")
    assert not one_product(workplace)
    before = prices_and_history(workplace)
    take(workplace, "2", 2, "b", name="Shower Gel 1L", url=f"{PAGE}shower-gel-1l-8")
    assert one_product(workplace)
    take(workplace, "2", 3, "b", name="Shower Gel 1L", url=f"{PAGE}shower-gel-aqua-revive-1l-8")
    assert not one_product(workplace)
    assert [(kind, reason) for kind, _, _, reason, _ in merge_rows(workplace)] == [
        ("merge", "same_key"),
        ("split", "different_variants"),
    ]
    assert [*merge_rows(workplace)][1][-1]["words"] == [["aqua", "revive"], ["active", "sport"]]
    assert prices_and_history(workplace) == before


def test_a_merge_from_before_variants_were_known_is_undone_once(workplace: Workplace) -> None:
    take(workplace, "1", 1, "a", name="Shower Gel 1L", url=f"{PAGE}shower-gel-active-sport-1l-7")
    take(workplace, "2", 1, "b", name="Shower Gel 1L", url=f"{PAGE}shower-gel-aqua-revive-1l-8")
    post_process(workplace)
    engine = workplace.pipeline.engine
    with writing(engine) as connection:
        connection.execute(text("UPDATE skus SET product_id = 1"))
        connection.execute(text("DELETE FROM products WHERE product_id = 2"))
        for view in inspect(connection).get_view_names():  # `migrate` makes them anew
            connection.execute(text(f"DROP VIEW {view}"))
        config = alembic_config()
        config.attributes["connection"] = connection
        command.downgrade(config, "0010")
    assert migrate(engine)
    assert one_product(workplace)
    assert post_process(workplace)["reconciled_products"].changes["splits"] == 1
    assert not one_product(workplace)
    assert not any(report.changed for report in post_process(workplace).values())


def test_the_name_on_the_shelf_is_kept_for_the_retailer_that_states_it(
    workplace: Workplace,
) -> None:
    take(workplace, "1", 1, "a", name="Plum Jam", description="COTTEES JAM PLUM")
    aldi = row(company="aldi", sku="x", name="Plum Jam", description="Made from the best plums.")
    workplace.take("aldi.jsonl", [aldi])
    assert workplace.rows("SELECT company, description FROM skus ORDER BY company") == [
        ("aldi", None),
        ("coles", "COTTEES JAM PLUM"),
    ]
