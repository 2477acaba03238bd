"""How much one buys with a thing, as far as its texts tell, and whether two things agree on it."""

import re
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from pipeline_assets.domain.normalisation.sizes import find_sizes
from pipeline_assets.domain.normalisation.words import plain

_TOKEN = re.compile(r"([0-9.]+)([a-z]+)")
_MEASURES = ("g", "ml", "m")
_COUNTS = ("pk", "ea", "sheet", "wash")
_WORD_COUNTS = {"twin pack": 2, "duo pack": 2, "triple pack": 3}
_PACK = re.compile(r"(?<![0-9a-z.])([0-9]{1,3}) ?-?(?:pack|pk|pce|piece|count|ct|capsules|tablets)")
_TIMES = re.compile(r"(?<![0-9a-z.])([0-9]{1,3}) ?[x×] ?[0-9]")
TOLERANCE = 0.011


class Agreement(Enum):
    """What two things' sizes say about whether they can be one."""

    SAME = "same"
    UNKNOWN = "unknown"
    DIFFERENT = "different"


@dataclass(frozen=True, slots=True)
class Pack:
    """A thing's size. `totals`: what the whole can weigh or hold, in `unit`; several if unclear.

    `count`: the pieces in it; None if no text tells.
    """

    unit: str | None
    totals: tuple[float, ...]
    count: int | None

    @property
    def is_known(self) -> bool:
        """Whether any text tells the size."""
        return bool(self.totals) or self.count is not None


def read_pack(name: str, size: str | None, description: str | None) -> Pack:
    """The size in a name, a size field and a shelf name; the size field goes before the others."""
    named, sized, shelf = _read(name), _read(size), _read(description)
    counts = named.count or sized.count or shelf.count
    unit = next((one.unit for one in (sized, named, shelf) if one.measure), None)
    if unit is None:
        return Pack(None, (), counts)
    parts = [one for one in (sized, named, shelf) if one.measure and one.unit == unit]
    return Pack(unit, _totals(parts, counts), counts)


def _totals(parts: "list[_Read]", count: int | None) -> tuple[float, ...]:
    """The first text's measure, times the count unless another text shows that it is the whole."""
    first = parts[0]
    if first.is_multiple and first.count:
        return (first.measure * first.count,)
    if count is None or count < 2:
        return (first.measure,)
    product = first.measure * count
    others = [other.measure for other in parts[1:]]
    if any(_is_close(other * count, first.measure) for other in others):
        return (first.measure,)
    if any(_is_close(other, product) for other in others):
        return (product,)
    return (first.measure, product)


@dataclass(frozen=True, slots=True)
class _Read:
    measure: float
    unit: str | None
    count: int | None
    is_multiple: bool


_NOTHING = _Read(0.0, None, None, False)


@lru_cache(maxsize=16_384)
def _read(text: str | None) -> _Read:
    if not text:
        return _NOTHING
    prepared = plain(text[:1_024])
    measure, unit = 0.0, None
    counts: list[int] = []
    for token in find_sizes(prepared).sizes:
        match = _TOKEN.fullmatch(token)
        if match is None:
            continue
        amount = float(match[1])
        if match[2] in _MEASURES and amount > measure:
            measure, unit = amount, match[2]
        elif match[2] in _COUNTS and amount == int(amount) and amount > 1:
            counts.append(int(amount))
    counts += [int(found) for found in _PACK.findall(prepared)]
    counts += [times for words, times in _WORD_COUNTS.items() if words in prepared]
    count = max(counts, default=None)
    return _Read(measure, unit, count if count != 1 else None, bool(_TIMES.search(prepared)))


def agreement(one: Pack, other: Pack) -> Agreement:
    """Whether the sizes of two things are the same; unknown if one of them does not tell."""
    if one.totals and other.totals:
        if one.unit != other.unit or not any(
            _is_close(a, b) for a in one.totals for b in other.totals
        ):
            return Agreement.DIFFERENT
        return _counts(one.count, other.count, Agreement.SAME)
    if not one.totals and not other.totals:
        return _counts(one.count, other.count, Agreement.UNKNOWN)
    return _counts(one.count, other.count, Agreement.UNKNOWN, Agreement.UNKNOWN)


def _counts(
    a: int | None, b: int | None, unknown: Agreement, same: Agreement = Agreement.SAME
) -> Agreement:
    if a is None or b is None:
        return unknown
    return same if a == b else Agreement.DIFFERENT


def _is_close(a: float, b: float) -> bool:
    return abs(a - b) <= TOLERANCE * max(a, b)
