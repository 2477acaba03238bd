"""SKUs on one side of a merge or a split, indexed by what `reasons` asks about them.

One side can face many others: a hundred thousand SKUs that leave one product, or products that
become one. Each index is made once, so an answer costs what the other side has.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Container, Hashable, Mapping, Sequence
from functools import cached_property

from pipeline_assets.domain.products.constrained_clustering import NO_FOES, Foes, Places, foes_of
from pipeline_assets.domain.products.facts import SkuFacts, SkuPair

Values = Mapping[str, Sequence[int]]
"""The SKUs with each value, in their order; the values by their first SKU."""


class Side:
    """SKUs in their order. `facts` are those of the whole neighbourhood."""

    def __init__(self, sku_ids: Sequence[int], facts: Mapping[int, SkuFacts]) -> None:
        self.sku_ids = sku_ids
        self._facts = facts

    def part(self, is_wanted: Callable[[int], bool]) -> "Side":
        """Those of these SKUs that are wanted."""
        return Side(list(filter(is_wanted, self.sku_ids)), self._facts)

    @cached_property
    def positions(self) -> dict[int, int]:
        """Each SKU's place in the order."""
        return {sku_id: position for position, sku_id in enumerate(self.sku_ids)}

    @cached_property
    def with_barcode(self) -> "Side":
        """Those that have a barcode."""
        return self.part(lambda sku_id: self._facts[sku_id].barcode is not None)

    @cached_property
    def without_barcode(self) -> "Side":
        """Those that have none."""
        return self.part(lambda sku_id: self._facts[sku_id].barcode is None)

    @cached_property
    def by_barcode(self) -> Values:
        """The SKUs with each barcode."""
        return self.by(lambda sku: sku.barcode)

    @cached_property
    def by_key(self) -> Values:
        """The SKUs with each match key."""
        return self.by(lambda sku: sku.match_key)

    def by(self, value_of: Callable[[SkuFacts], str | None]) -> Values:
        """The SKUs with each value."""
        found: dict[str, list[int]] = defaultdict(list)
        for sku_id in self.sku_ids:
            value = value_of(self._facts[sku_id])
            if value is not None:
                found[value].append(sku_id)
        return found

    def paired(
        self, partners: Mapping[int, Collection[int]], other: "Side", besides: Container[int] = ()
    ) -> SkuPair | None:
        """The first SKU here with a partner on the other side, and the lowest such partner.

        `besides`: SKUs of the other side that do not count.
        """
        here = self.positions.keys() & partners.keys()
        for sku_id in sorted(here, key=self.positions.__getitem__):
            found = [
                partner
                for partner in partners[sku_id]
                if partner in other.positions and partner not in besides
            ]
            if found:
                return sku_id, min(found)
        return None


def first_equal(left: Values, right: Values, besides: Container[int] = ()) -> SkuPair | None:
    """The first SKU on the left whose value one on the right has too, and the first such.

    `besides`: SKUs on the right that do not count; those of them that have a value are on the left
    too, so it costs what the left has.
    """
    for value, sku_ids in left.items():
        other = next((i for i in right.get(value, ()) if i not in besides), None)
        if other is not None:
            return sku_ids[0], other
    return None


class _Placed:
    """SKUs in their order, indexed by the places that they have."""

    def __init__(self, sku_ids: Sequence[int], places: Places, foes: Foes) -> None:
        self._sku_ids = sku_ids
        self._places = places
        self._foes = foes

    @cached_property
    def _lowest_on(self) -> dict[Hashable, int]:
        """The lowest SKU on each place."""
        lowest: dict[Hashable, int] = {}
        for sku_id in sorted(self._sku_ids):
            for place in self._places.get(sku_id, ()):
                lowest.setdefault(place, sku_id)
        return lowest

    def meets(self, other: "_Placed") -> SkuPair | None:
        """The first SKU here that must be apart from one on the other side, and the lowest such."""
        for sku_id in self._sku_ids:
            foes = foes_of(self._places.get(sku_id, ()), self._foes)
            found = [other._lowest_on[place] for place in foes if place in other._lowest_on]
            if found:
                return sku_id, min(found)
        return None


class Meetings:
    """Finds two SKUs that must be apart by their places, one on each side of a parting.

    What is asked about again and again, as many may leave one product, is indexed once.
    """

    def __init__(self, places: Places, foes: Foes = NO_FOES) -> None:
        self._places = places
        self._foes = foes
        self._kept: dict[int, _Placed] = {}
        self._between: dict[tuple[int, int], SkuPair | None] = {}

    def pair(
        self,
        moved: Sequence[int],
        kept: Sequence[int],
        block: Sequence[int],
        kept_in: Sequence[int],
    ) -> SkuPair | None:
        """Such a pair of the SKUs that moved and those that were kept, else of their whole blocks.

        Each sequence of SKUs is told from others by its first one.
        """
        if not self._places:
            return None
        pair = self._placed(moved).meets(self._kept.setdefault(kept[0], self._placed(kept)))
        if pair is not None:
            return pair
        sides = block[0], kept_in[0]
        if sides not in self._between:
            self._between[sides] = self._placed(block).meets(self._placed(kept_in))
        return self._between[sides]

    def _placed(self, sku_ids: Sequence[int]) -> _Placed:
        return _Placed(sku_ids, self._places, self._foes)
