"""How much one buys with an article, as one amount: what front ends compare prices by."""

import re
from decimal import Decimal
from typing import NamedTuple

from pipeline_assets.domain.normalisation.sizes import find_sizes
from pipeline_assets.domain.normalisation.words import plain

_SIZE = re.compile(r"(?P<amount>[0-9.]+)(?P<unit>g|ml|pk|ea)")


class Quantity(NamedTuple):
    """An amount in `g`, `ml` or `ea` (pieces)."""

    amount: Decimal
    unit: str


def quantity_of(name: str, size: str | None) -> Quantity | None:
    """The whole amount of an article: `6 x 375ml` are 2,250 ml, a pack of 6 is 6 pieces.

    The size, if it tells one, goes before the name. None if neither tells an amount, or if they
    tell several that contradict one another.
    """
    for text in (size, name):
        found = _amount(find_sizes(plain(text)).sizes) if text else None
        if found is not None:
            return found
    return None


def _amount(sizes: tuple[str, ...]) -> Quantity | None:
    read = [_SIZE.fullmatch(size) for size in sizes]
    if not all(read):  # a range
        return None
    amounts = [(Decimal(match["amount"]), match["unit"]) for match in read if match]
    measures = [one for one in amounts if one[1] in ("g", "ml")]
    counts = [amount for amount, unit in amounts if unit in ("pk", "ea")]
    if len(measures) > 1 or len(counts) > 1 or not amounts:
        return None
    times = counts[0] if counts else Decimal(1)
    amount, unit = measures[0] if measures else (Decimal(1), "ea")
    return Quantity(amount * times, unit) if amount * times > 0 else None
