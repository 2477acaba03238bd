"""Small worlds of SKUs, in which everything that can happen to products happens often."""

from typing import NamedTuple

from hypothesis import strategies as st

from pipeline_assets.domain.products.partition import Decision, SkuFacts, SkuPair

BARCODES = ("9300000000017", "9300000000024", "9300000000031")
COMPANIES = ("aldi", "coles", "iga")
KEYS = ("beans", "milk", "tea")


class Universe(NamedTuple):
    """What `partition` is given."""

    skus: tuple[SkuFacts, ...]
    decisions: tuple[Decision, ...]
    sold_together: frozenset[SkuPair]


def same(a: int, b: int) -> Decision:
    """An operator's *same*."""
    return Decision("same", a, b)


def never(a: int, b: int) -> Decision:
    """An operator's *never*."""
    return Decision("never", a, b)


@st.composite
def universes(draw: st.DrawFn, most_skus: int = 9, most_decisions: int = 4) -> Universe:
    """Up to `most_skus` SKUs; their ids say nothing of the order of their (company, sku)."""
    sku_ids = draw(st.permutations(range(1, draw(st.integers(1, most_skus)) + 1)))
    skus = tuple(
        SkuFacts(
            sku_id,
            draw(st.sampled_from(COMPANIES)),
            f"{place:02}",
            draw(st.none() | st.sampled_from(BARCODES)),
            draw(st.none() | st.sampled_from(KEYS)),
        )
        for place, sku_id in enumerate(sku_ids)
    )
    # One id that is not there: a decision may name a SKU outside the neighbourhood.
    any_id = st.integers(1, len(skus) + 1)
    decisions = st.builds(Decision, st.sampled_from(("same", "never")), any_id, any_id)
    of_one_company = [
        (a.sku_id, b.sku_id)
        for a in skus
        for b in skus
        if a.sku_id < b.sku_id and a.company == b.company
    ]
    sold = (
        st.frozensets(st.sampled_from(of_one_company)) if of_one_company else st.just(frozenset())
    )
    return Universe(skus, tuple(draw(st.lists(decisions, max_size=most_decisions))), draw(sold))
