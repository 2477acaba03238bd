"""Unit prices, read from the text on the page because the numeric fields in files are wrong."""

import re
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import NamedTuple

from pipeline_assets.domain.normalisation.measures import NUMBER, UNITS, amount

MAX_UNIT_PRICE_E4 = 10**12
# Base unit of an amount → the unit that a price is given for, and how many of the base it has.
_PRICED_PER = {
    "g": ("kg", 1000),
    "ml": ("l", 1000),
    "m": ("m", 1),
    "sheet": ("sheet", 1),
    "wash": ("wash", 1),
    "ea": ("ea", 1),
    "item": ("ea", 1),
}
_MONEY = r"[0-9]{1,9}(?:,[0-9]{3})*(?:\.[0-9]{1,6})?"
_TEXT = re.compile(
    rf"(?:\$\s?(?P<dollars>{_MONEY})|(?P<cents>{_MONEY})\s?[c¢])\s*(?:per|/)?\s*"
    rf"(?P<amount>{NUMBER})?\s*(?P<unit>[a-z]{{1,16}})\.?",
    re.IGNORECASE,
)
_MAX_LENGTH = 64


class UnitPrice(NamedTuple):
    """A price per kg, l, m, sheet, wash or ea, in ten-thousandths of a dollar, rounded half up."""

    price_e4: int
    unit: str


def parse_unit_price(text: object) -> UnitPrice | None:
    """The unit price in a text such as `$1.68 per 100 grams`, `$5.50/kg`, `31c / 100SS` or `$2 ea`.

    None for anything else, including other units.
    """
    return _parse(text) if isinstance(text, str) and len(text) <= _MAX_LENGTH else None


@lru_cache(maxsize=8_192)
def _parse(text: str) -> UnitPrice | None:
    match = _TEXT.fullmatch(text.strip())
    base, factor = UNITS.get(match["unit"].lower(), (None, 0)) if match else (None, 0)
    if match is None or base not in _PRICED_PER:
        return None
    unit, per_unit = _PRICED_PER[base]
    priced = amount(match["amount"] or "1") * factor
    if not priced:
        return None
    dollars = _number(match["dollars"]) if match["dollars"] else _number(match["cents"]) / 100
    price = dollars * per_unit * 10_000 / priced
    price_e4 = int(price.quantize(Decimal(1), ROUND_HALF_UP))
    return UnitPrice(price_e4, unit) if price_e4 <= MAX_UNIT_PRICE_E4 else None


def _number(text: str) -> Decimal:
    return Decimal(text.replace(",", ""))
