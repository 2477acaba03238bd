"""Exact money: what is a price, and how it is rounded."""

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline_assets.domain.normalisation.money import MAX_PRICE_CENTS, price_cents
from pipeline_assets.domain.snapshots.rows import RawLine, decode


def read(number: str) -> int | None:
    """The price in a row whose JSON holds this number, by the decoder that reads files."""
    raw = decode(b'{"product": {"price_current": ' + number.encode() + b"}}")
    assert isinstance(raw, RawLine)
    assert raw.product is not None
    return price_cents(raw.product.price_current)


@pytest.mark.parametrize(
    ("number", "cents"),
    [
        ("1", 100),
        ("1.5", 150),
        ("2.00", 200),
        ("0.1", 10),
        ("0.01", 1),
        # halves go up, as the text has them: as binary floats these are 2.67499… and 1.00499…
        ("2.675", 268),
        ("1.005", 101),
        ("0.285", 29),
        ("2.6749999999999999999999", 267),
        ("2.665", 267),
        ("0.005", 1),
        ("1e2", 10_000),
        ("1.2E+1", 1_200),
        ("25e-2", 25),
        ("99999", 9_999_900),
        ("99999.99", 9_999_999),
        ("1.00000000000000000000000000000000000000000000001", 100),
    ],
)
def test_a_price_is_rounded_half_up_to_whole_cents(number: str, cents: int) -> None:
    assert read(number) == cents


@pytest.mark.parametrize(
    "number",
    [
        "0",
        "-0.0",
        "0.0",
        "-1",
        "-0.01",
        "0.004",
        "0.0049999",
        "1e-400",
        "99999.991",
        "99999.995",
        "100000",
        "100000.0",
        "1e9",
        "1e400",
        "9" * 40,
        "true",
        "null",
        '"1.5"',
        "[1]",
        "{}",
    ],
)
def test_what_is_no_number_above_nothing_and_up_to_the_highest_is_no_price(number: str) -> None:
    assert read(number) is None


def test_a_binary_float_is_never_taken_for_money() -> None:
    assert price_cents(1.5) is None


@given(st.integers(1, MAX_PRICE_CENTS))
def test_every_whole_number_of_cents_comes_back(cents: int) -> None:
    assert read(f"{cents // 100}.{cents % 100:02}") == cents


@given(st.decimals("0.0001", "99999.99", places=4))
def test_a_price_is_within_half_a_cent_of_its_text_and_no_lower_at_the_half(
    price: Decimal,
) -> None:
    nearest = int((price * 100).to_integral_value(ROUND_HALF_UP))
    assert price_cents(price) == (nearest or None)
    assert Decimal("-0.5") < nearest - price * 100 <= Decimal("0.5")
