"""Exact money: JSON numbers to whole cents. Nothing here is ever a binary float."""

from decimal import ROUND_HALF_UP, Decimal

MAX_PRICE_CENTS = 9_999_999  # 99,999.99 dollars
_CENT = Decimal("0.01")
_MAX = Decimal(MAX_PRICE_CENTS) / 100


def price_cents(value: object) -> int | None:
    """A price in cents, rounded half up; None unless it is a number above 0 and up to 99,999.99.

    `value` is a decoded JSON number: an int, or a `Decimal` made from the number's own text.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        return value * 100 if 0 < value <= MAX_PRICE_CENTS // 100 else None
    if not isinstance(value, Decimal) or not 0 < value <= _MAX:
        return None
    cents = int(value.quantize(_CENT, ROUND_HALF_UP) * 100)
    return cents if cents > 0 else None
