"""Departments: a few parts of a supermarket that every company's categories are put into.

Companies name and cut their categories differently: `Freezer` and `Frozen`, `Grocery › Meat,
Seafood And Deli` and `Meat & Seafood`. A department is found by the words of a category's path.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

OTHER = "Other"
"""Of categories that no words place: special offers, unknown ones and none at all."""

_SEPARATOR = " › "
_WORDS = re.compile(r"[a-z]+")


class _Department(NamedTuple):
    name: str
    words: frozenset[str]


def _department(name: str, words: str) -> _Department:
    return _Department(name, frozenset(words.split()))


# Of two departments that a part of a path has words of, the first one counts: frozen vegetables
# are frozen, pet food is no food, baby care is no health care.
_DEPARTMENTS: Sequence[_Department] = (
    _department("Baby", "baby nappies toddler infant"),
    _department("Pets", "pet pets dog cat"),
    _department("Frozen", "frozen freezer"),
    _department("Liquor", "liquor beer wine wines spirits cider alcohol bottleshop"),
    _department("Bakery", "bakery bread breads"),
    _department("Fruit & vegetables", "fruit fruits vegetable vegetables veg produce salad"),
    _department("Dairy, eggs & fridge", "dairy egg eggs milk cheese yoghurt fridge chilled butter"),
    _department("Meat, seafood & deli", "meat meats seafood fish deli poultry butcher butchery"),
    _department(
        "Snacks & sweets", "snack snacks confectionery chocolate chocolates chips biscuits"
    ),
    _department("Drinks", "drink drinks beverage beverages juice coffee tea water"),
    _department("Health & beauty", "health beauty pharmacy medicine toiletries cosmetics personal"),
    _department("Household", "household cleaning laundry home garden kitchenware stationery"),
    _department("Pantry", "pantry cereal pasta sauces baking canned international foods"),
)
DEPARTMENTS = (*sorted(one.name for one in _DEPARTMENTS), OTHER)
"""All of them, in the order in which they are shown."""


def department_of(path: str | None) -> str:
    """The department of a category, by its whole path, such as `Grocery › Pantry › Spreads`.

    The part nearest to the root that has a known word decides.
    """
    for part in (path or "").lower().split(_SEPARATOR):
        words = set(_WORDS.findall(part))
        for department in _DEPARTMENTS:
            if words & department.words:
                return department.name
    return OTHER
