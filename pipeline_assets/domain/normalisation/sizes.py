"""Sizes: found anywhere in a text and converted to base units, so equal sizes compare equal."""

import re
from decimal import Decimal
from typing import NamedTuple

# Unit → (base unit, how many of them). Long forms as scrapers and shops write them.
_UNITS: dict[str, tuple[str, Decimal]] = {
    name: (base, Decimal(factor))
    for base, factor, names in (
        ("g", "0.001", "mg milligram milligrams"),
        ("g", "1", "g gr gm gms gram grams gramme grammes"),
        ("g", "1000", "kg kgs kilo kilos kilogram kilograms kilogramme kilogrammes"),
        ("ml", "1", "ml mls millilitre millilitres milliliter milliliters"),
        ("ml", "10", "cl centilitre centilitres"),
        ("ml", "1000", "l lt ltr ltrs litre litres liter liters"),
        ("pk", "1", "pk pks pack packs pce pcs"),
        ("ea", "1", "ea each"),
    )
    for name in names.split()
}
_NAMES = "|".join(sorted(_UNITS, key=len, reverse=True))
_NUMBER = r"(?:[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?|[0-9]{1,9}(?:\.[0-9]{1,9})?)"
# A number must not be the end of a longer number or a word, nor a unit the start of a word.
_BEFORE = r"(?<![0-9a-z])(?<![0-9][.,])"
_AFTER = r"(?![a-z0-9])"
_SIZE = re.compile(
    rf"""{_BEFORE}(?:
      (?P<times>[0-9]{{1,3}})\s?[x×]\s?(?P<of>{_NUMBER})\s?(?P<of_unit>{_NAMES}){_AFTER}
    | (?P<low>{_NUMBER})\s?(?P<low_unit>{_NAMES})?\s?[-–]\s?
      (?P<high>{_NUMBER})\s?(?P<high_unit>{_NAMES}){_AFTER}
    | (?P<amount>{_NUMBER})\s?-?(?P<unit>{_NAMES}){_AFTER}
      (?:\s?[x×]\s?(?P<count>[0-9]{{1,3}})(?![0-9a-z.]))?
    )""",
    re.VERBOSE,
)


class FoundSizes(NamedTuple):
    """The sizes in a text, sorted and without repeats, and the text without them."""

    sizes: tuple[str, ...]
    rest: str


def find_sizes(text: str) -> FoundSizes:
    """The sizes in a text that `words.plain` has prepared.

    A size is an amount with its base unit (`500g`, `1500ml`, `6pk`, `2ea`); `6 x 375ml` is a
    6-pack of 375 ml, `300-400g` stays a range. A unit without a number is not a size.
    """
    if not any(map(str.isdigit, text)):
        return FoundSizes((), text)
    sizes: set[str] = set()
    for match in _SIZE.finditer(text):
        sizes.update(_tokens(match))
    return FoundSizes(tuple(sorted(sizes)), _SIZE.sub(" ", text)) if sizes else FoundSizes((), text)


def _tokens(match: re.Match[str]) -> list[str]:
    if match["of"]:
        return [f"{int(match['times'])}pk", _token(match["of"], match["of_unit"])]
    if match["low"]:
        low = _token(match["low"], match["low_unit"] or match["high_unit"])
        high = _token(match["high"], match["high_unit"])
        base = _UNITS[match["high_unit"]][0]
        return [f"{low.removesuffix(base)}-{high}"] if low.endswith(base) else [low, high]
    tokens = [_token(match["amount"], match["unit"])]
    return [*tokens, f"{int(match['count'])}pk"] if match["count"] else tokens


def _token(number: str, unit: str) -> str:
    base, factor = _UNITS[unit]
    amount = Decimal(number.replace(",", "")) * factor
    return f"{amount.normalize():f}{base}"
