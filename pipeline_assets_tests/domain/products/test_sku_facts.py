"""What is known about a company's article: by example, and in any order against a plain rule."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from random import Random
from typing import Any, NamedTuple

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline_assets.domain.normalisation.match_keys import match_key
from pipeline_assets.domain.products.sku_facts import KnownSku, SkuPlan, SkuRecord, plan_skus
from pipeline_assets.domain.snapshots.listing import (
    ListedFacts,
    Listing,
    RawProduct,
    to_listing,
)

B1, B2, B3 = "9300000000019", "9300000000026", "9300000000033"
MORNING, NOON, DUSK, NIGHT = (datetime(2025, 9, 1, hour) for hour in (6, 12, 17, 18))


class Visit(NamedTuple):
    """One store's snapshot."""

    scraped_at: datetime
    store_id: str
    listings: Sequence[Listing]


def listing(sku: object = "1", name: str = "Tea", **product: Any) -> Listing:
    return to_listing(1, RawProduct(name=name, sku=sku, **product), {})


def visit(scraped_at: datetime, store_id: str, **product: Any) -> Visit:
    """A snapshot of the one SKU `1`."""
    return Visit(scraped_at, store_id, [listing(**product)])


class Book:
    """The SKUs of a company in memory; plans are applied as their docstring says."""

    def __init__(self, visits: Iterable[Visit] = ()) -> None:
        self.known: dict[str, KnownSku] = {}
        for one in visits:
            self.take(one)

    def take(self, one: Visit) -> SkuPlan:
        plan = plan_skus(one.listings, self.known, one.scraped_at, one.store_id)
        sku_of = {known.sku_id: sku for sku, known in self.known.items()}
        for sku, record in plan.new.items():
            self.known[sku] = _as_known(1001 + len(self.known), sku, record)
        for sku_id, record in plan.changed.items():
            self.known[sku_of[sku_id]] = _as_known(sku_id, sku_of[sku_id], record)
        for sku_id in plan.seen_again:
            self._replace(sku_of[sku_id], facts_at=one.scraped_at, facts_store_id=one.store_id)
        for sku_id in plan.barcode_seen_again:
            self._replace(sku_of[sku_id], barcode_at=one.scraped_at)
        return plan

    def _replace(self, sku: str, **values: Any) -> None:
        known = self.known[sku]
        record = msgspec.structs.replace(known.record, **values)
        self.known[sku] = msgspec.structs.replace(known, record=record)

    def fact(self, name: str) -> Any:
        """What is known of the SKU `1`."""
        record = self.known["1"].record
        return getattr(record.facts if name in ListedFacts.__struct_fields__ else record, name)


def _as_known(sku_id: int, sku: str, record: SkuRecord) -> KnownSku:
    return KnownSku(sku_id=sku_id, sku=sku, product_id=None, record=record)


def test_the_newest_snapshot_names_a_sku() -> None:
    later = [visit(MORNING, "A", name="Tea"), visit(NOON, "B", name="Green Tea")]
    for order in (later, later[::-1]):
        book = Book(order)
        assert (book.fact("name"), book.fact("match_key")) == ("Green Tea", "green tea")
        assert (book.fact("facts_at"), book.fact("facts_store_id")) == (NOON, "B")


def test_of_one_time_the_lowest_store_id_as_text_names_it() -> None:
    at_noon = [visit(NOON, "9", name="Nine"), visit(NOON, "10", name="Ten")]
    for order in (at_noon, at_noon[::-1]):
        assert Book(order).fact("name") == "Ten"


def test_a_null_never_erases() -> None:
    book = Book([visit(MORNING, "A", brand="Bushells", url="u", barcode=B1), visit(NOON, "A")])
    assert (book.fact("brand"), book.fact("url"), book.fact("barcode")) == ("Bushells", "u", B1)
    assert (book.fact("facts_at"), book.fact("match_key")) == (NOON, "bushells tea")


def test_an_older_snapshot_fills_only_what_newer_ones_are_silent_about() -> None:
    book = Book([visit(NOON, "A", name="Tea", size="1kg")])
    book.take(visit(MORNING, "A", name="Old Tea", size="2kg", brand="Bushells"))
    assert (book.fact("name"), book.fact("size"), book.fact("brand")) == ("Tea", "1kg", "Bushells")
    # what filled the gap is still older than what a snapshot between the two says
    book.take(visit(datetime(2025, 9, 1, 9), "A", name="Tea", brand="Lipton"))
    assert book.fact("brand") == "Lipton"


def test_the_newest_valid_barcode_counts_and_of_one_time_the_lower_number() -> None:
    visits = [
        visit(MORNING, "A", barcode=B1),
        visit(NOON, "A", barcode=B3),
        visit(NOON, "B", barcode=B2),
        visit(NIGHT, "A", barcode="notfound"),
    ]
    for order in (visits, visits[::-1], [visits[1], visits[3], visits[0], visits[2]]):
        book = Book(order)
        assert (book.fact("barcode"), book.fact("barcode_at")) == (B2, NOON)


def test_what_is_known_already_asks_for_no_write_but_the_time() -> None:
    book = Book([visit(NOON, "B", brand="Bushells", barcode=B1)])
    older = book.take(visit(MORNING, "A", brand="Bushells", barcode=B1))
    assert older == SkuPlan({}, {}, [], [], [])
    newer = book.take(visit(NIGHT, "A", brand="Bushells", barcode=B1))
    assert newer == SkuPlan({}, {}, [], [1001], [1001])


@pytest.mark.parametrize("fact", ListedFacts.__struct_fields__)
def test_a_change_of_any_fact_is_recorded(fact: str) -> None:
    book = Book([visit(MORNING, "A")])
    facts = msgspec.structs.replace(listing().facts, **{fact: "another"})
    plan = book.take(Visit(NOON, "A", [msgspec.structs.replace(listing(), facts=facts)]))
    assert plan.changed[1001].facts == facts


def test_only_a_changed_barcode_match_key_or_slug_bears_on_the_product() -> None:
    book = Book([visit(MORNING, "A", name="Tea 1kg", url="/a/tea-1?x=1")])
    assert not book.take(visit(NOON, "A", name="TEA, 1000 g", url="/b/tea-2?x=2")).identity_changed
    assert book.take(visit(DUSK, "A", name="Tea 1kg", url="/b/tea-green")).identity_changed
    assert book.take(visit(NIGHT, "A", name="Tea 1kg", barcode=B1)).identity_changed == [1001]
    assert not book.take(visit(NIGHT, "A", name="Tea 1kg", url="/b/tea-red")).identity_changed
    named = book.take(visit(NIGHT, "9", name="Tea 2kg"))
    assert named.identity_changed == [1001]
    assert book.fact("match_key") == "2000g tea"


def test_integer_and_text_skus_with_other_zeros_are_other_skus() -> None:
    seven, zero_seven = listing(sku=7, name="Tea"), listing(sku="007", name="Milk")
    book = Book([Visit(NOON, "A", [seven, zero_seven])])
    book.take(Visit(NIGHT, "A", [listing(sku="7", name="Green Tea")]))
    assert {sku: known.record.facts.name for sku, known in book.known.items()} == {
        "7": "Green Tea",
        "007": "Milk",
    }


_TEXTS = st.none() | st.sampled_from(["a", "b"])
_LISTINGS = st.builds(
    listing,
    sku=st.just("1"),
    name=st.sampled_from(["Tea", "Milk", "Tea 1 kg"]),
    brand=_TEXTS,
    size=_TEXTS | st.just("500g"),
    url=_TEXTS,
    category_path=st.none() | st.sampled_from([["a"], ["a", "b"]]),
    barcode=st.none() | st.sampled_from([B1, B2, B3]),
    has_no_coles_barcode=st.booleans(),
)


@st.composite
def visit_lists(draw: st.DrawFn) -> list[Visit]:
    """Snapshots of a few stores; a store has one snapshot at a time, and each may miss the SKU."""
    places = st.tuples(st.sampled_from([MORNING, NOON, NIGHT]), st.sampled_from(["10", "9", "A"]))
    return [
        Visit(scraped_at, store_id, [draw(_LISTINGS)])
        for scraped_at, store_id in draw(st.lists(places, min_size=1, max_size=7, unique=True))
    ]


@given(visit_lists(), st.randoms(use_true_random=False))
def test_facts_are_the_plain_rules_in_whatever_order_snapshots_come(
    visits: list[Visit], random: Random
) -> None:
    shuffled = random.sample(visits, len(visits))
    book, other = Book(visits), Book(shuffled)
    assert book.known == other.known  # down to the sources
    known = book.known["1"].record
    said = [(one.scraped_at, one.store_id, one.listings[0]) for one in visits]
    expected = _naive_facts(said)
    assert msgspec.structs.asdict(known.facts) == expected
    assert known.match_key == match_key(expected["name"] or "", expected["brand"], expected["size"])
    assert (known.barcode, known.barcode_at) == _naive_barcode(said)
    assert (known.facts_at, known.facts_store_id) == _newest(said)[:2]
    denied = [scraped_at for scraped_at, _, one in said if one.has_no_barcode]
    assert known.no_barcode_at == max(denied, default=None)


Said = tuple[datetime, str, Listing]


def _newest(said: Iterable[Said]) -> Said:
    by_store = sorted(said, key=lambda one: one[1])
    return max(by_store, key=lambda one: one[0])  # of equals the first: the lowest store id


def _naive_facts(said: Iterable[Said]) -> dict[str, str | None]:
    facts: dict[str, str | None] = {}
    for name in ListedFacts.__struct_fields__:
        gave = [one for one in said if getattr(one[2].facts, name) is not None]
        facts[name] = getattr(_newest(gave)[2].facts, name) if gave else None
    return facts


def _naive_barcode(said: Iterable[Said]) -> tuple[str | None, datetime | None]:
    gave = [(scraped_at, one.barcode) for scraped_at, _, one in said if one.barcode is not None]
    if not gave:
        return None, None
    newest = max(scraped_at for scraped_at, _ in gave)
    return min(barcode for scraped_at, barcode in gave if scraped_at == newest), newest


def test_a_sku_that_stays_as_it_was_does_not_hide_those_behind_it() -> None:
    book = Book([Visit(NOON, "1", [listing("1", brand="Tips"), listing("2")])])
    older = Visit(MORNING, "2", [listing("1"), listing("2", brand="Dilmah"), listing("3")])
    plan = book.take(older)
    assert ([*plan.new], [*plan.changed]) == (["3"], [1002])
    same = Visit(MORNING, "3", [listing("1", brand="Tips"), listing("4")])
    assert [*book.take(same).new] == ["4"]


def test_a_barcode_is_seen_again_only_later() -> None:
    book = Book([visit(NOON, "1", barcode=B1)])
    assert book.take(visit(NOON, "0", barcode=B1)).barcode_seen_again == []
    assert book.take(visit(NIGHT, "1", barcode=B1)).barcode_seen_again == [1001]
