"""Old price history moves to files: every answer of users and of rules stays the same."""

from typing import Any

import pytest
from sqlalchemy import delete

from pipeline_assets.catalogue.database.engine import writing
from pipeline_assets.catalogue.schema import (
    company_products,
    post_processing_steps,
    product_price_stores,
)
from pipeline_assets.catalogue.totals import count_tables, read_totals
from pipeline_assets_tests.retention.past import KEPT, answers, files, fill, move, rows_left
from pipeline_assets_tests.soaks import SEED
from pipeline_assets_tests.workplace import Workplace

ON_BOTH_DATABASES = True


def lows(place: Workplace) -> list[Any]:
    """The rows by product and company, made from nothing."""
    with writing(place.pipeline.engine) as connection:
        for table in (company_products, product_price_stores, post_processing_steps):
            connection.execute(delete(table))
    place.post_process()
    return place.rows("SELECT * FROM company_products ORDER BY product_id, company")


@pytest.mark.parametrize("snapshots", [25, pytest.param(250, marks=pytest.mark.repeats)])
def test_all_answers_are_equal_before_and_after(workplace: Workplace, snapshots: int) -> None:
    print(f"seed {SEED}")
    fill(workplace, str(SEED), snapshots)
    workplace.change(settings=KEPT, clock=workplace.clock)
    lowest, before, whole = lows(workplace), answers(workplace), rows_left(workplace)
    rehearsed = move(workplace, is_rehearsal=True)
    assert answers(workplace) == before
    moved = move(workplace)
    assert rehearsed.figures["history_rows_older"] == moved.figures["history_rows_written"]
    assert moved.figures["history_rows_removed"] == whole - rows_left(workplace) > 0
    assert answers(workplace) == before
    assert lows(workplace) == lowest
    with writing(workplace.pipeline.engine) as connection:
        assert read_totals(connection) == count_tables(connection)
    names = files(workplace)
    assert {name.name[:18] for name in names} >= {f"price_history-{year}" for year in (2023, 2024)}
    again = move(workplace)
    assert set(again.figures.values()) == {0}
    assert files(workplace) == names
