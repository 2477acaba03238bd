"""Snapshots of two companies that sell one jam under two names, for tests of suggestions."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from pipeline_assets.services.files.outcomes import State
from pipeline_assets_tests.workplace import Workplace, row

Product = dict[str, Any]

JAM: Product = {
    "sku": "1",
    "name": "Ottoline Strawberry Jam",
    "brand": "Ottoline",
    "size": "375g",
    "price_current": 5,
}
SAME_JAM: Product = {
    "sku": "7",
    "name": "Strawberry Jam Jar",
    "brand": "Ottoline",
    "size": "375g",
    "price_current": 5,
}
# They keep a snapshot from being partial, and are like nothing else.
ALDI: list[Product] = [
    {"sku": f"1{n:03}", "name": f"Zebra {n:03}", "price_current": 2} for n in range(40)
]
COLES: list[Product] = [
    {"sku": f"2{n:03}", "name": f"Quokka {n:03}", "price_current": 2} for n in range(40)
]
_FIRST_DAY = date(2025, 9, 1)


def take_both(
    place: Workplace,
    aldi: Sequence[Product],
    coles: Sequence[Product],
    *,
    day: int = 1,
    store: int = 1,
) -> None:
    """A snapshot of a store of each company, `day` days after the first, with others beside."""
    for company, own, others in (("aldi", aldi, ALDI), ("coles", coles, COLES)):
        where = {
            "company": company,
            "store_id": f"S{store}",
            "day": (_FIRST_DAY + timedelta(days=day)).isoformat(),
        }
        rows = [row(one["sku"], **_rest(one), **where) for one in (*others, *own)]
        outcome = place.take(f"{company}-{store}-{day}.jsonl", rows)
        assert outcome.state is State.ARCHIVED, outcome


def _rest(product: Product) -> Product:
    named = {key: value for key, value in product.items() if key not in ("sku", "price_current")}
    return {**named, "price": product["price_current"]}


def suggestions(place: Workplace) -> list[tuple[Any, ...]]:
    """All suggestions but their days, by SKUs."""
    return sorted(
        place.rows(
            "SELECT sku_a, sku_b, confidence, class, evidence, model_version, state "
            "FROM match_suggestions"
        ),
        key=repr,
    )


def states(place: Workplace) -> dict[tuple[str, str], str]:
    """The state of each suggestion, by its SKUs."""
    return {(one[0], one[1]): one[-1] for one in suggestions(place)}
