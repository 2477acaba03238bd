"""What a file costs follows its size: whatever its rows have in common, and what is around them."""

from collections.abc import Iterable
from statistics import median
from time import process_time
from typing import Any

import pytest

from benchmarks.large_files import measure
from pipeline_assets_tests import soaks
from pipeline_assets_tests.enrichment.shop import gtin
from pipeline_assets_tests.growth import MOST, TIMES
from pipeline_assets_tests.workplace import Workplace, row

ON_BOTH_DATABASES = True

ROWS = 2_000
# Rows that are one product, or come apart, take two or three times the work of distinct ones;
# looked at pair by pair, 2,000 of them took thirty times and more.
MOST_TIMES_DISTINCT = 5.0


def seconds(place: Workplace, name: str, content: Iterable[dict[str, Any]]) -> float:
    """The CPU time that a file takes."""
    place.drop(name, content)
    begun = process_time()
    assert place.ingest(name).state == "archived"
    return process_time() - begun


def test_rows_with_one_name_cost_about_what_distinct_ones_do(workplace: Workplace) -> None:
    def rows(name: str, company: str, store_id: str) -> list[dict[str, Any]]:
        return [
            row(f"{name} {sku}", name=name.format(sku), company=company, store_id=store_id)
            for sku in range(ROWS)
        ]

    places = (("aldi", "1"), ("aldi", "2"), ("coles", "1"))
    costs: dict[str, list[float]] = {"Distinct {}": [], "Milk": []}
    for name in costs:
        costs[name] = [
            seconds(workplace, "a.jsonl", rows(name, company, f"{store_id} {name}"))
            for company, store_id in places
        ]
    assert median(costs["Milk"]) < MOST_TIMES_DISTINCT * median(costs["Distinct {}"])


def chain(length: int, company: str) -> list[dict[str, Any]]:
    """SKUs of which each one shares its barcode with the one before or its name with the next."""
    return [
        row(
            link,
            name=f"{company} {(link + 1) // 2}",
            barcode=gtin((link // 2) + (10_000 if company == "coles" else 0)),
            company=company,
        )
        for link in range(length)
    ]


def test_a_chain_of_names_and_barcodes_is_followed_at_a_cost_that_its_length_tells(
    workplace: Workplace,
) -> None:
    costs: list[float] = []
    for company, length in (("aldi", 150), ("coles", 150 * TIMES)):
        links = chain(length, company)
        seconds(workplace, "a.jsonl", links)
        links[0]["product"]["name"] = f"{company} 0 fresh"
        for link in links:
            link["metadata"]["scraped_date"] = "2025-09-02"
        costs.append(seconds(workplace, "b.jsonl", links))
    assert costs[1] < MOST * costs[0]


@pytest.mark.soak
def test_two_hundred_thousand_rows_with_one_name_cost_what_distinct_ones_do() -> None:
    """At most 1.5 times as much CPU time, file by file and after it, and less than 1.5 GB."""
    found: dict[str, list[list[float]]] = {"distinct": [], "one name": []}
    rows = 4_000 * soaks.rounds(50)
    for _ in range(3):
        for shape, figures in found.items():
            figures.append(measure(shape, rows))
    distinct, costs = (
        [median(part) for part in zip(*figures, strict=True)] for figures in found.values()
    )
    assert sum(costs[:-1]) <= 1.5 * sum(distinct[:-1])
    assert costs[0] <= 1.5 * distinct[0]
    assert costs[-1] < 1_500
