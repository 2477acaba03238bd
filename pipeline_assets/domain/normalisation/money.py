"""Exact money: JSON numbers to whole cents. Nothing here is ever a binary float."""

from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

MAX_PRICE_CENTS = 9_999_999  # 99,999.99 dollars
_CENT = Decimal("0.01")
_MAX = Decimal(MAX_PRICE_CENTS) / 100
# Most prices occur in many rows. A number of a million digits is not kept for the next row.
_MOST_KEPT_BYTES = 256


def price_cents(value: object) -> int | None:
    """A price in cents, rounded half up; None unless it is a number above 0 and up to 99,999.99.

    `value` is a decoded JSON number: an int, or a `Decimal` made from the number's own text.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        return value * 100 if 0 < value <= MAX_PRICE_CENTS // 100 else None
    if not isinstance(value, Decimal):
        return None
    return _kept_cents(value) if value.__sizeof__() <= _MOST_KEPT_BYTES else _cents(value)


def _cents(value: Decimal) -> int | None:
    if not 0 < value <= _MAX:
        return None
    cents = int(value.quantize(_CENT, ROUND_HALF_UP) * 100)
    return cents if cents > 0 else None


_kept_cents = lru_cache(maxsize=4_096)(_cents)
