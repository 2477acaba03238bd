"""How much one buys: one amount, whatever name and size say it in."""

from decimal import Decimal

import pytest

from pipeline_assets.domain.normalisation.quantities import Quantity, quantity_of


@pytest.mark.parametrize(
    ("name", "size", "amount", "unit"),
    [
        ("Jam 500g", None, "500", "g"),
        ("Jam", "0.5 kg", "500", "g"),
        ("Cola 6 x 375ml", None, "2250", "ml"),
        ("Cola 375ml 6 pack", "6 x 375 mL", "2250", "ml"),
        ("Rolls 6 pack", None, "6", "ea"),
        ("Avocado", "1 ea", "1", "ea"),
        ("Oil 1L", "1,000 ml", "1000", "ml"),
        ("Milk 2L", "each", "2000", "ml"),
    ],
)
def test_the_size_is_read_first_and_then_the_name(
    name: str, size: str | None, amount: str, unit: str
) -> None:
    assert quantity_of(name, size) == Quantity(Decimal(amount), unit)


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("Bananas", None),
        ("Bananas", "per kg"),
        ("Fish 300-400g", None),
        ("Gift box 200g jam 1L juice", None),
        ("Nothing 0g", None),
    ],
)
def test_where_no_amount_is_told_or_several_are_there_is_none(name: str, size: str | None) -> None:
    assert quantity_of(name, size) is None
