"""Thresholds as exact numbers. Apart from the arrays, which settings need not import."""

from decimal import Decimal
from fractions import Fraction

# Thresholds are multiplied into int64 counts; this keeps the products far from overflow.
MAX_DENOMINATOR = 10**9


def exact_share(value: Fraction | Decimal | str) -> Fraction:
    """A threshold as the exact number in the text: `"0.98"` is 49/50, `"2/3"` is 2/3."""
    return Fraction(value)
