"""Offers told together: every one of them once, with those that say the same."""

from datetime import date
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pipeline_assets.domain.asking.offers import PriceLine, StoreOffer, lines_of


def offer(store_id: str, cents: int, **more: Any) -> StoreOffer:
    facts: dict[str, Any] = {
        **dict.fromkeys(StoreOffer.__dataclass_fields__),
        "company": "aldi",
        "sku": "1",
        "product_id": 7,
        "name": "Tea",
        "is_on_special": False,
        "price_since": date(2025, 9, 1),
        "scraped_date": date(2025, 9, 2),
        "is_estimate": False,
        "observed_store_id": store_id,
    }
    return StoreOffer(**facts | more | {"store_id": store_id, "price_cents": cents})


def told(lines: Any) -> list[tuple[str, list[str], str | None]]:
    return [
        (line.shown.store_id, [one.store_id for one in line.offers], line.anchor_store_id)
        for line in lines
    ]


def grouped(anchor: str, *members: str) -> dict[tuple[str, str], str]:
    return {("aldi", store_id): anchor for store_id in (anchor, *members)}


def test_stores_with_their_anchors_price_share_a_line_and_others_have_their_own() -> None:
    offers = [offer("A", 200), offer("B", 200), offer("C", 150), offer("D", 300), offer("E", 300)]
    lines = lines_of(offers, grouped("A", "B", "C", "D", "E"))
    assert told(lines) == [
        ("C", ["C"], None),
        ("A", ["A", "B"], "A"),
        ("D", ["D"], None),
        ("E", ["E"], None),
    ]


def test_where_the_anchor_does_not_sell_it_the_commonest_price_makes_the_line() -> None:
    offers = [offer("B", 100), offer("C", 200), offer("D", 200)]
    lines = lines_of(offers, grouped("A", "B", "C", "D"))
    assert told(lines) == [("B", ["B"], None), ("C", ["C", "D"], "A")]


def test_a_special_is_another_line_at_the_same_price() -> None:
    offers = [offer("A", 200), offer("B", 200, is_on_special=True), offer("C", 200)]
    assert told(lines_of(offers, grouped("A", "B", "C"))) == [
        ("A", ["A", "C"], "A"),
        ("B", ["B"], None),
    ]


def test_a_line_counts_its_estimates_and_goes_by_its_oldest_snapshot() -> None:
    old = offer("B", 200, is_estimate=True, scraped_date=date(2025, 8, 1))
    (line,) = lines_of([offer("A", 200), old], grouped("A", "B"))
    assert (line.estimates, line.oldest_date) == (1, date(2025, 8, 1))


STORES = st.sampled_from("ABCDEF")
OFFERS = st.lists(
    st.builds(
        lambda store, cents, sku, company: offer(store, cents, sku=sku, company=company),
        STORES,
        st.integers(1, 3),
        st.sampled_from("12"),
        st.sampled_from(["aldi", "iga"]),
    ),
    unique_by=lambda one: (one.company, one.store_id, one.sku),
)


@given(OFFERS, st.dictionaries(st.tuples(st.sampled_from(["aldi", "iga"]), STORES), STORES))
def test_every_offer_is_told_once_at_its_price_and_companies_stay_together(
    offers: list[StoreOffer], anchors: dict[tuple[str, str], str]
) -> None:
    lines = lines_of(offers, anchors)
    kept = [one for line in lines for one in line.offers]
    assert sorted(map(repr, kept)) == sorted(map(repr, offers))
    assert all(one.price_cents == line.shown.price_cents for line in lines for one in line.offers)
    assert all(one.sku == line.shown.sku for line in lines for one in line.offers)
    companies = [line.shown.company for line in lines]
    assert len(list(dict.fromkeys(companies))) == sum(
        before != after for before, after in zip([None, *companies], companies, strict=False)
    )
    assert_cheapest_first(lines)


def assert_cheapest_first(lines: Any) -> None:
    by_company: dict[str, list[PriceLine]] = {}
    for line in lines:
        by_company.setdefault(line.shown.company, []).append(line)
    for ours in by_company.values():
        cents = [line.shown.price_cents for line in ours]
        assert cents == sorted(cents)
    firsts = [ours[0].shown.price_cents for ours in by_company.values()]
    assert firsts == sorted(firsts)
