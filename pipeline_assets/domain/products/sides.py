"""SKUs on one side of a merge or a split, indexed by what `reasons` asks about them.

One side can face many others: a hundred thousand SKUs that leave one product, or products that
become one. Each index is made once, so an answer costs what the other side has.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Container, Mapping, Sequence
from functools import cached_property

from pipeline_assets.domain.products.partition import Shelves, SkuFacts, SkuPair

Values = Mapping[str, Sequence[int]]
"""The SKUs with each value, in their order; the values by their first SKU."""


class Side:
    """SKUs in their order. `facts` and `shelves` are those of the whole neighbourhood."""

    def __init__(
        self, sku_ids: Sequence[int], facts: Mapping[int, SkuFacts], shelves: Shelves
    ) -> None:
        self.sku_ids = sku_ids
        self._facts = facts
        self._shelves = shelves

    def part(self, is_wanted: Callable[[int], bool]) -> "Side":
        """Those of these SKUs that are wanted."""
        return Side(list(filter(is_wanted, self.sku_ids)), self._facts, self._shelves)

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

    @cached_property
    def lowest_on(self) -> dict[int, int]:
        """The lowest SKU on each shelf."""
        lowest: dict[int, int] = {}
        for sku_id in sorted(self.sku_ids):
            for shelf in self._shelves.get(sku_id, ()):
                lowest.setdefault(shelf, sku_id)
        return lowest

    def sold_beside(self, other: "Side") -> SkuPair | None:
        """The first SKU here that was sold beside one on the other side, and the lowest such."""
        for sku_id in self.sku_ids:
            shelves = self._shelves.get(sku_id, ())
            found = [other.lowest_on[shelf] for shelf in shelves if shelf in other.lowest_on]
            if found:
                return sku_id, min(found)
        return None

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
