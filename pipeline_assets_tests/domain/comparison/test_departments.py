"""Which department a category is in, by its path."""

import pytest

from pipeline_assets.domain.comparison.departments import DEPARTMENTS, OTHER, department_of


@pytest.mark.parametrize(
    ("path", "department"),
    [
        ("Dairy, Eggs & Fridge › Butter & Margarine", "Dairy, eggs & fridge"),
        ("Grocery › Meat, Seafood And Deli › Poultry", "Meat, seafood & deli"),
        ("Fruits & Vegetables", "Fruit & vegetables"),
        ("Grocery › Fruit And Vegetable › Fruit", "Fruit & vegetables"),
        ("Freezer › Frozen Vegetables", "Frozen"),
        ("Frozen", "Frozen"),
        ("Pets › Dog › Frozen Food", "Pets"),
        ("Baby › Baby Food", "Baby"),
        ("Health And Beauty › Baby Care", "Health & beauty"),
        ("Chips, Chocolates & Snacks › Biscuits & Cookies", "Snacks & sweets"),
        ("Snacks & Confectionery", "Snacks & sweets"),
        ("Deli & Chilled Meats", "Dairy, eggs & fridge"),
        ("Cleaning & Household", "Household"),
        ("Liquor › Wine", "Liquor"),
        ("BAKERY", "Bakery"),
        ("Grocery › Drinks › Tea", "Drinks"),
        ("Dietary & World Foods", "Pantry"),
        # The part nearest to the root that has a known word decides.
        ("Limited Time Only › Pantry", "Pantry"),
        ("Pantry › Pet Rocks", "Pantry"),
    ],
)
def test_companies_categories_meet_in_one_department(path: str, department: str) -> None:
    assert department_of(path) == department
    assert department in DEPARTMENTS


@pytest.mark.parametrize(
    "path", [None, "", "Down Down", "Front Of Store", "Christmas", "Petrol", "烘焙", "<b>"]
)
def test_what_no_word_places_is_other(path: str | None) -> None:
    assert department_of(path) == OTHER


def test_the_departments_are_in_order_and_other_is_last() -> None:
    assert list(DEPARTMENTS[:-1]) == sorted(DEPARTMENTS[:-1])
    assert DEPARTMENTS[-1] == OTHER
    assert len(set(DEPARTMENTS)) == len(DEPARTMENTS)
