"""Small worlds of SKUs, in which everything that can happen to products happens often."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from itertools import combinations
from typing import NamedTuple

from hypothesis import strategies as st

from pipeline_assets.domain.products.facts import Decision, Shelves, SkuFacts, SkuPair

BARCODES = ("9300000000017", "9300000000024", "9300000000031")
COMPANIES = ("aldi", "coles", "iga")
KEYS = ("beans", "milk", "tea")
# No two of their words abbreviate one another.
SLUGS = ("red", "blue", "red-milk", "blue-tea", "red-new")


class Universe(NamedTuple):
    """What `partition` is given."""

    skus: tuple[SkuFacts, ...]
    decisions: tuple[Decision, ...]
    shelves: Shelves

    @property
    def sold_together(self) -> frozenset[SkuPair]:
        """The pairs of sku_ids that a store sold side by side, the lower one first."""
        return frozenset(
            (a, b)
            for a, b in combinations(sorted(self.shelves), 2)
            if set(self.shelves[a]) & set(self.shelves[b])
        )


def shelves_of(shelves: Iterable[Collection[int]]) -> Shelves:
    """The shelves of each SKU, from the SKUs on each shelf."""
    found: dict[int, list[int]] = defaultdict(list)
    for number, sku_ids in enumerate(shelves):
        for sku_id in sku_ids:
            found[sku_id].append(number)
    return found


def same(a: int, b: int) -> Decision:
    """An operator's *same*."""
    return Decision("same", a, b)


def never(a: int, b: int) -> Decision:
    """An operator's *never*."""
    return Decision("never", a, b)


@st.composite
def universes(draw: st.DrawFn, most_skus: int = 9, most_decisions: int = 4) -> Universe:
    """Up to `most_skus` SKUs; their ids say nothing of the order of their (company, sku)."""
    companies = draw(st.sampled_from((COMPANIES, COMPANIES[:1])))
    sku_ids = draw(st.permutations(range(1, draw(st.integers(1, most_skus)) + 1)))
    skus = tuple(
        SkuFacts(
            sku_id,
            draw(st.sampled_from(companies)),
            f"{place:02}",
            draw(st.none() | st.sampled_from(BARCODES)),
            draw(st.none() | st.sampled_from(KEYS)),
            draw(st.none() | st.sampled_from(SLUGS).map("https://shop.example/{}".format)),
        )
        for place, sku_id in enumerate(sku_ids)
    )
    # One id that is not there: a decision may name a SKU outside the neighbourhood.
    any_id = st.integers(1, len(skus) + 1)
    decisions = st.builds(Decision, st.sampled_from(("same", "never")), any_id, any_id)
    of_company = [
        [sku.sku_id for sku in skus if sku.company == company]
        for company in sorted({sku.company for sku in skus})
    ]
    shelves = st.sampled_from(of_company).flatmap(
        lambda sku_ids: st.sets(st.sampled_from(sku_ids), min_size=1)
    )
    return Universe(
        skus,
        tuple(draw(st.lists(decisions, max_size=most_decisions))),
        shelves_of(draw(st.lists(shelves, max_size=6))),
    )
