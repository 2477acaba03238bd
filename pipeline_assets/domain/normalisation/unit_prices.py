"""Unit prices, read from the text on the page because the numeric fields in files are wrong."""

import re
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import NamedTuple

MAX_UNIT_PRICE_E4 = 10**12
_UNITS = {
    "kg": ("kg", 1),
    "g": ("kg", 1000),
    "mg": ("kg", 1_000_000),
    "l": ("l", 1),
    "ml": ("l", 1000),
    "ea": ("ea", 1),
    "each": ("ea", 1),
}
_TEXT = re.compile(
    r"\$\s?(?P<dollars>[0-9]{1,9}(?:,[0-9]{3})*(?:\.[0-9]{1,6})?)\s*(?:per|/)?\s*"
    r"(?P<amount>[0-9]{1,9}(?:\.[0-9]{1,6})?)?\s*(?P<unit>[a-z]{1,5})\.?",
    re.IGNORECASE,
)
_MAX_LENGTH = 64


class UnitPrice(NamedTuple):
    """A price per kg, l or ea, in ten-thousandths of a dollar, rounded half up."""

    price_e4: int
    unit: str


def parse_unit_price(text: object) -> UnitPrice | None:
    """The unit price in a text such as `$1.68 per 100 g`, `$5.50/kg` or `$1.50 each`.

    None for anything else, including other units (sheets, metres).
    """
    return _parse(text) if isinstance(text, str) and len(text) <= _MAX_LENGTH else None


@lru_cache(maxsize=65_536)
def _parse(text: str) -> UnitPrice | None:
    match = _TEXT.fullmatch(text.strip())
    if match is None or match["unit"].lower() not in _UNITS:
        return None
    unit, per_unit = _UNITS[match["unit"].lower()]
    amount = Decimal(match["amount"] or 1)
    if not amount:
        return None
    price = Decimal(match["dollars"].replace(",", "")) * per_unit * 10_000 / amount
    price_e4 = int(price.quantize(Decimal(1), ROUND_HALF_UP))
    return UnitPrice(price_e4, unit) if price_e4 <= MAX_UNIT_PRICE_E4 else None
