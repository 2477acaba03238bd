"""How the lowest price of a product has moved at each company, from its history in all stores."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby


@dataclass(frozen=True, slots=True)
class PriceInForce:
    """From this day on, `price_cents` was in force; None while the product was not sold."""

    day: date
    price_cents: int | None


@dataclass(frozen=True, slots=True)
class Movement:
    """One change of a price: in which store, of which SKU, from which day on, to what.

    `price_cents` is None once the SKU is delisted there.
    """

    company: str
    store_id: str
    sku: str
    day: date
    price_cents: int | None


def lowest_over_time(movements: Iterable[Movement]) -> dict[str, Sequence[PriceInForce]]:
    """For each company, in alphabetical order, the lowest price in any of its stores over time.

    The movements of a SKU in a store are in the order of their time. Of several on one day, the
    last one counts. Days on which the lowest price stayed the same are left out.
    """
    ordered = sorted(movements, key=lambda one: (one.company, one.day))
    return {
        company: _steps(list(ours)) for company, ours in groupby(ordered, lambda one: one.company)
    }


def _steps(movements: Sequence[Movement]) -> Sequence[PriceInForce]:
    in_force: dict[tuple[str, str], int] = {}
    steps: list[PriceInForce] = []
    for day, changes in groupby(movements, lambda one: one.day):
        for one in changes:
            if one.price_cents is None:
                in_force.pop((one.store_id, one.sku), None)
            else:
                in_force[one.store_id, one.sku] = one.price_cents
        lowest = min(in_force.values(), default=None)
        if not steps or steps[-1].price_cents != lowest:
            steps.append(PriceInForce(day, lowest))
    return steps
