"""Unit prices: read from the text on the page, to dollars per kg, l, m, sheet, wash or ea."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline_assets.domain.normalisation.unit_prices import parse_unit_price


@pytest.mark.parametrize(
    ("text", "dollars", "unit"),
    [
        ("$2.75 per 100 g", "27.50", "kg"),
        ("$3.45 per 1 kg", "3.45", "kg"),
        ("$0.76 per 100 ml", "7.60", "l"),
        ("$0.50 per 1 L", "0.50", "l"),
        ("$0.63 per 1 each", "0.63", "ea"),
        ("$0.26 per 100 each", "0.0026", "ea"),
        ("$7.00 per 100g", "70", "kg"),
        ("$1.80 per 1ea", "1.80", "ea"),
        ("$2.40 per 100mL", "24", "l"),
        ("$3.20/100g", "32", "kg"),
        ("$1.50 each", "1.50", "ea"),
        ("$5.50/kg", "5.50", "kg"),
        ("$1.03/l", "1.03", "l"),
        ("$1,440.00 per 10g", "144000", "kg"),
        ("$1.00 per 30g", "33.3333", "kg"),
        (" $0.0105 / 100 ea ", "0.0001", "ea"),
        ("$1.68 per 100 grams", "16.80", "kg"),
        ("$1.50 per Litre", "1.50", "l"),
        ("$16.80 per Kilogram", "16.80", "kg"),
        ("$0.30 per 100 Millilitres", "3", "l"),
        ("$7.00 per 70 cl", "10", "l"),
        ("$2.50 per 1/2 kg", "5", "kg"),
        ("$0.26 per 100 sheets", "0.0026", "sheet"),
        ("$2.60 per 1,000 sheets", "0.0026", "sheet"),
        ("$0.04 per 1 m", "0.04", "m"),
        ("$1.20 per 10 metres", "0.12", "m"),
        ("$0.05/cm", "5", "m"),
        ("$0.45 per wash", "0.45", "wash"),
        ("$4.50 per 10 Washes", "0.45", "wash"),
        ("$0.38 / 1WASH", "0.38", "wash"),
        ("$0.40 per load", "0.40", "wash"),
        ("$0.31 / 100SS", "0.0031", "sheet"),
        ("$0.12 per 10 sheets", "0.012", "sheet"),
        ("$1.50 / 1EA", "1.50", "ea"),
        ("$2.00 per item", "2", "ea"),
        ("$6.00 per dozen", "0.50", "ea"),
        ("34.5c per 100g", "3.45", "kg"),
        ("5 ¢ / sheet", "0.05", "sheet"),
        ("$0.25/10m", "0.025", "m"),
    ],
)
def test_a_text_gives_a_price_per_unit(text: str, dollars: str, unit: str) -> None:
    found = parse_unit_price(text)
    assert found is not None
    assert (Decimal(found.price_e4) / 10_000, found.unit) == (Decimal(dollars), unit)


@pytest.mark.parametrize(
    "text",
    [
        None,
        5,
        "",
        "$0.26 per 100 tablets",
        "$2.00 per pack",
        "34.5 per 100g",
        "$34c per 100g",
        "$0.04 per 1 metric",
        "2.75 per 100 g",
        "$2.75",
        "$1 per 0 g",
        "$ per 100 g",
        "$999999999.99 per 1 mg",
        "$1.50 each" * 100,
        ["$1.50 each"],
    ],
)
def test_anything_else_gives_none(text: object) -> None:
    assert parse_unit_price(text) is None


@given(st.integers(1, 99_999), st.sampled_from([("100g", 10), ("1kg", 1), ("10 g", 100)]))
def test_the_amount_it_is_given_for_changes_nothing(cents: int, per: tuple[str, int]) -> None:
    text, factor = per
    found = parse_unit_price(f"${cents // 100}.{cents % 100:02} per {text}")
    assert found is not None
    assert found.price_e4 == cents * 100 * factor
