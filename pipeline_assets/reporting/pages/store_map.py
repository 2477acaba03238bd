"""The map of stores: scraped ones by company, in groups; known ones as dots; nothing overlaps much.

However many stores there are, the map stays small: of several on one spot, one is drawn.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline_assets.catalogue.overview.places import StorePlace
from pipeline_assets.reporting.pages.australia import is_on_the_map, projected

_FINE, _COARSE = 2.0, 6.0
_MOST_SPOKES, _MOST_MARKS, _MOST_DOTS = 600, 1_500, 6_000


@dataclass(frozen=True, slots=True)
class MapMark:
    """A scraped store, or several on one spot; an anchor of a group is larger."""

    company: str
    x: float
    y: float
    size: float
    is_anchor: bool


@dataclass(frozen=True, slots=True)
class StoreMap:
    """Paths for the stores that are only known, lines from anchors to members, and the marks."""

    dots: str
    spokes: Mapping[str, str]
    marks: Sequence[MapMark]
    shown: int
    elsewhere: int


def store_map(places: Sequence[StorePlace]) -> StoreMap | None:
    """The map, or None where no store has coordinates on it."""
    here = [one for one in places if is_on_the_map(one.longitude, one.latitude)]
    if not here:
        return None
    at = {(one.company, one.store_id): projected(one.longitude, one.latitude) for one in here}
    dots = {_spot(at[one.company, one.store_id], _FINE): None for one in here if not _scraped(one)}
    thinned = max(1, -(-len(dots) // _MOST_DOTS))  # every second one, every third one …
    return StoreMap(
        "".join(f"M{x:g} {y:g}h0" for x, y in sorted(dots)[::thinned]),
        _spokes(here, at),
        _marks(here, at),
        len(here),
        len(places) - len(here),
    )


def _scraped(place: StorePlace) -> bool:
    return place.anchor_store_id is not None


def _spot(point: tuple[float, float], cell: float) -> tuple[float, float]:
    return round(point[0] / cell) * cell, round(point[1] / cell) * cell


def _spokes(
    places: Sequence[StorePlace], at: Mapping[tuple[str, str], tuple[float, float]]
) -> dict[str, str]:
    """By company: a line from each member to its anchor; of equal ones, one."""
    lines: dict[tuple[str, tuple[float, float], tuple[float, float]], None] = {}
    for one in places:
        anchor = at.get((one.company, one.anchor_store_id or ""))
        if anchor is None:
            continue
        ends = _spot(anchor, _FINE), _spot(at[one.company, one.store_id], _FINE)
        if ends[0] != ends[1]:
            lines[one.company, *ends] = None
    paths: dict[str, str] = {}
    for company, start, end in list(lines)[:_MOST_SPOKES]:
        line = f"M{start[0]:g} {start[1]:g}L{end[0]:g} {end[1]:g}"
        paths[company] = paths.get(company, "") + line
    return paths


def _marks(
    places: Sequence[StorePlace], at: Mapping[tuple[str, str], tuple[float, float]]
) -> list[MapMark]:
    sizes = Counter((one.company, one.anchor_store_id) for one in places)
    spots: dict[tuple[str, float, float], MapMark] = {}
    for one in places:
        if not _scraped(one):
            continue
        x, y = at[one.company, one.store_id]
        is_anchor = one.store_id == one.anchor_store_id
        group = sizes[one.company, one.anchor_store_id]
        size = round(min(4 + group**0.5, 11), 1) if is_anchor and group > 1 else 4
        mark = MapMark(one.company, x, y, size, is_anchor)
        spot = one.company, *_spot((x, y), _COARSE)
        if spot not in spots or spots[spot].size < size:
            spots[spot] = mark
    # The large ones first, so that small ones lie on top of them.
    marks = sorted(spots.values(), key=lambda one: (-one.size, one.company, one.x, one.y))
    return marks[:_MOST_MARKS]
