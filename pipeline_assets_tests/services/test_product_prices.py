"""Prices by product and company follow what changed, and equal a naive reading of the tables."""

import random
from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete

from pipeline_assets.catalogue.database.engine import writing
from pipeline_assets.catalogue.schema import (
    company_products,
    post_processing_steps,
    product_price_stores,
)
from pipeline_assets.errors import UsageError
from pipeline_assets.services.files.outcomes import State
from pipeline_assets.services.operators.decide import decide
from pipeline_assets.services.post_processing.answers import PRODUCT_PRICES
from pipeline_assets.services.post_processing.options import PostProcessingOptions
from pipeline_assets.services.post_processing.reports import StepReport
from pipeline_assets.services.post_processing.steps import run_step
from pipeline_assets_tests.services.naive_product_prices import naive_rows, shown_rows
from pipeline_assets_tests.soaks import SEED, rounds
from pipeline_assets_tests.workplace import Clock, Workplace, row

ON_BOTH_DATABASES = True

STORES = (("aldi", "A1"), ("aldi", "A2"), ("aldi", "A3"), ("iga", "I1"), ("iga", "I2"))
NAMES = ("Flat White Beans 500g", "Oat Milk 1L", "Jam Plum 250g")
BARCODES = (None, None, "9300605051645", "9310055537910")
SKUS = [str(number) for number in range(1, 7)]
# They keep a snapshot from being partial.
OTHERS = [str(number) for number in range(100, 160)]
FIRST_DAY = date(2025, 7, 1)  # summer time begins within the 90 days that follow


def snapshot(
    chance: random.Random, company: str, store_id: str, day: date, others: list[str]
) -> list[dict[str, Any]]:
    """A store's day: some of the SKUs, at few prices, so that equal ones are common."""
    where = {"company": company, "store_id": store_id, "day": day.isoformat()}
    rows = [row(sku, 3, name=f"Thing {sku}", **where) for sku in others]
    for sku in chance.sample(SKUS, chance.randint(2, len(SKUS))):
        unit = chance.choice((None, "$1.00 per 100g", "$2.00 per 100g", "$0.50 each"))
        rows.append(
            row(
                sku,
                chance.choice((1, 2, 2.5, 4)),
                name=chance.choice(NAMES),
                barcode=chance.choice(BARCODES),
                per_unit_price_string=unit,
                **where,
            )
        )
    return rows


def decide_something(place: Workplace, chance: random.Random) -> None:
    one, other = (f"{chance.choice(('aldi', 'iga'))}/{chance.choice(SKUS)}" for _ in range(2))
    with suppress(UsageError):
        decide(place.pipeline, chance.choice(("same", "never", None)), one, other)


def post_process(place: Workplace) -> StepReport:
    """All steps; returns the report of this one."""
    return next(report for report in place.post_process() if report.step == PRODUCT_PRICES.name)


def alone(place: Workplace) -> StepReport:
    return run_step(place.pipeline, PRODUCT_PRICES, PostProcessingOptions())


def begin_anew(place: Workplace) -> None:
    """Forget all that the step has kept."""
    mine = post_processing_steps.c.step == PRODUCT_PRICES.name
    with writing(place.pipeline.engine) as connection:
        for table in (company_products, product_price_stores):
            connection.execute(delete(table))
        connection.execute(delete(post_processing_steps).where(mine))


@pytest.mark.parametrize("full", [2, pytest.param(60, marks=pytest.mark.repeats)])
def test_after_any_history_the_rows_equal_a_naive_reading(workplace: Workplace, full: int) -> None:
    clock = Clock(datetime(2025, 7, 2))
    workplace.change(clock=clock)
    day = FIRST_DAY
    last: dict[tuple[str, str], date] = {}
    for number in range(rounds(full)):
        chance = random.Random(f"{SEED}-{number}")
        print(f"seed {SEED}, round {number}")
        for step in range(8):
            day += timedelta(days=chance.choice((0, 0, 1, 1, 3, 20, 60)))
            clock.now = datetime.combine(day, datetime.min.time()) + timedelta(hours=2)
            for store in chance.sample(STORES, chance.randint(0, 3)):
                if last.get(store) != day:
                    last[store] = day
                    rows = snapshot(chance, *store, day, OTHERS)
                    outcome = workplace.take(f"{number}-{step}-{store[1]}.jsonl", rows)
                    assert outcome.state is State.ARCHIVED
            if chance.random() < 0.4:
                decide_something(workplace, chance)
            post_process(workplace)
            expected = naive_rows(workplace, clock.now - timedelta(days=7))
            assert shown_rows(workplace) == expected
            assert alone(workplace).changed == 0
    kept = shown_rows(workplace)
    begin_anew(workplace)
    alone(workplace)
    assert shown_rows(workplace) == kept
