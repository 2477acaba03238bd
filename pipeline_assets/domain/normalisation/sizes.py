"""Sizes: found anywhere in a text and converted to base units, so equal sizes compare equal."""

import re
from functools import lru_cache
from typing import NamedTuple

from pipeline_assets.domain.normalisation.measures import NUMBER, UNITS, amount

_BASES = ("g", "ml", "pk", "ea")
_NAMES = "|".join(
    sorted((name for name, (base, _) in UNITS.items() if base in _BASES), key=len, reverse=True)
)
# A number must not be the end of a longer number or a word, nor a unit the start of a word.
_BEFORE = r"(?<![0-9a-z])(?<![0-9][.,])"
_AFTER = r"(?![a-z0-9])"
_DIGIT = re.compile("[0-9]")
# Every alternative begins with a digit: said first, as most places in a text have none.
_SIZE = re.compile(
    rf"""(?=[0-9]){_BEFORE}(?:
      (?P<times>[0-9]{{1,3}})\s?[x×]\s?(?P<of>{NUMBER})\s?(?P<of_unit>{_NAMES}){_AFTER}
    | (?P<low>{NUMBER})\s?(?P<low_unit>{_NAMES})?\s?[-–]\s?
      (?P<high>{NUMBER})\s?(?P<high_unit>{_NAMES}){_AFTER}
    | (?P<amount>{NUMBER})\s?-?(?P<unit>{_NAMES})
      (?:\s?[x×]\s?(?P<count>[0-9]{{1,3}})(?![0-9a-z.])|{_AFTER})
    )""",
    re.VERBOSE,
)


class FoundSizes(NamedTuple):
    """The sizes in a text, sorted and without repeats, and the text without them."""

    sizes: tuple[str, ...]
    rest: str


def find_sizes(text: str) -> FoundSizes:
    """The sizes in a text that `words.plain` has prepared.

    A size is an amount with its base unit (`500g`, `1500ml`, `6pk`, `2ea`); `1/2 kg` is `500g`,
    `6 x 375ml` is a 6-pack of 375 ml, `300-400g` stays a range. A unit without a number is not a
    size.
    """
    if _DIGIT.search(text) is None:
        return FoundSizes((), text)
    sizes: set[str] = set()
    rest: list[str] = []
    end = 0
    for match in _SIZE.finditer(text):
        sizes.update(_tokens(match))
        rest.append(text[end : match.start()])
        end = match.end()
    return FoundSizes(tuple(sorted(sizes)), " ".join([*rest, text[end:]]))


def _tokens(match: re.Match[str]) -> list[str]:
    if match["of"]:
        return [f"{int(match['times'])}pk", _token(match["of"], match["of_unit"])]
    if match["low"]:
        low = _token(match["low"], match["low_unit"] or match["high_unit"])
        high = _token(match["high"], match["high_unit"])
        base = UNITS[match["high_unit"]][0]
        return [f"{low.removesuffix(base)}-{high}"] if low.endswith(base) else [low, high]
    tokens = [_token(match["amount"], match["unit"])]
    return [*tokens, f"{int(match['count'])}pk"] if match["count"] else tokens


@lru_cache(maxsize=4_096)
def _token(number: str, unit: str) -> str:
    base, factor = UNITS[unit]
    return f"{(amount(number) * factor).normalize():f}{base}"
