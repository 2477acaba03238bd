"""A store's prices from its snapshots, by example and against a naive reading of its past."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline_assets.domain.snapshots.listing import Listing, RawProduct, Terms, to_listing
from pipeline_assets.domain.snapshots.prices import HistoryEntry, Price, PricePlan, plan_prices

Day = Mapping[int, Listing]
"""A snapshot: its listings by sku_id."""


def listing(price: Any = None, **terms: Any) -> Listing:
    return to_listing(1, RawProduct(name="Tea", sku="1", price_current=price, **terms), {})


def price_of(sku_id: int, listed: Listing, previous_price_cents: int | None) -> Price:
    """The price that a listing with a price today asks."""
    assert listed.price_cents is not None
    return Price(
        sku_id=sku_id,
        price_cents=listed.price_cents,
        terms=listed.terms,
        previous_price_cents=previous_price_cents,
    )


def plan(today: Day, known: Sequence[Price] = (), **last_known: int) -> PricePlan:
    """What today changes; `last_known` prices by sku_id, as `sku_7=250`."""
    before = {int(name.removeprefix("sku_")): cents for name, cents in last_known.items()}
    return plan_prices([*today.items()], {price.sku_id: price for price in known}, before)


@dataclass
class Till:
    """A store's prices and their history in memory; plans are applied as their docstring says."""

    prices: dict[int, Price] = field(default_factory=dict)
    history: list[tuple[int, HistoryEntry]] = field(default_factory=list)

    def take(self, number: int, day: Day) -> PricePlan:
        last_known = {
            entry.sku_id: entry.price_cents
            for _, entry in self.history
            if entry.price_cents is not None
        }
        made = plan_prices([*day.items()], self.prices, last_known)
        for price in (*made.new, *made.changed, *made.rewritten):
            self.prices[price.sku_id] = price
        for sku_id in made.delisted:
            del self.prices[sku_id]
        self.history += [(number, entry) for entry in made.history]
        return made


def test_a_sku_seen_for_the_first_time_is_new() -> None:
    tea = listing(Decimal("2.50"), price_was=3, is_on_special=True)
    terms = Terms(
        was_price_cents=300,
        saving_cents=None,
        is_on_special=True,
        unit_price_e4=None,
        unit_of_measure=None,
        is_available=None,
    )
    expected = Price(sku_id=7, price_cents=250, terms=terms, previous_price_cents=None)
    assert plan({7: tea}) == PricePlan(
        [expected], [], [], [], 0, [HistoryEntry(7, "first_seen", 250)]
    )


def test_a_changed_price_remembers_the_one_before_it() -> None:
    known = price_of(7, listing(2), 150)
    assert plan({7: listing(3)}, [known]) == PricePlan(
        [], [price_of(7, listing(3), 200)], [], [], 0, [HistoryEntry(7, "changed", 300)]
    )


def test_an_unchanged_price_is_not_rewritten() -> None:
    assert plan({7: listing(2)}, [price_of(7, listing(2), 150)]) == PricePlan([], [], [], [], 1, [])


def test_changed_terms_are_rewritten_without_an_entry_in_the_history() -> None:
    known = [price_of(n, listing(2), 150) for n in (1, 2, 3, 4)]
    today = {
        1: listing(2, is_on_special=True),
        2: listing(2, per_unit_price_string="$5.50/kg"),
        3: listing(2, is_available=False),
        4: listing(2, price_was=3),
    }
    rewritten = [price_of(n, listed, 150) for n, listed in today.items()]
    assert plan(today, known) == PricePlan([], [], rewritten, [], 0, [])


@pytest.mark.parametrize("term", Terms.__struct_fields__)
def test_a_change_of_any_term_rewrites_the_price(term: str) -> None:
    before = listing(2)
    terms = msgspec.structs.replace(before.terms, **{term: "another"})
    today = msgspec.structs.replace(before, terms=terms)
    made = plan({7: today}, [price_of(7, before, 150)])
    assert made == PricePlan([], [], [price_of(7, today, 150)], [], 0, [])


def test_what_is_not_in_the_snapshot_or_has_no_price_there_is_delisted() -> None:
    known = [price_of(n, listing(2), None) for n in (9, 8, 7)]
    made = plan({7: listing(2), 8: listing(None)}, known)
    assert made == PricePlan(
        [],
        [],
        [],
        [8, 9],
        1,
        [HistoryEntry(8, "delisted", None), HistoryEntry(9, "delisted", None)],
    )


def test_what_never_had_a_price_is_nothing_to_delist() -> None:
    assert plan({7: listing(None)}) == PricePlan([], [], [], [], 0, [])


def test_what_comes_back_knows_its_last_price() -> None:
    assert plan({7: listing(2)}, sku_7=200) == PricePlan(
        [price_of(7, listing(2), 200)], [], [], [], 0, [HistoryEntry(7, "back", 200)]
    )


_LISTINGS = st.builds(listing, st.none() | st.sampled_from([1, 2, 3]), is_on_special=st.booleans())
_DAYS = st.lists(st.dictionaries(st.sampled_from([1, 2, 3]), _LISTINGS, max_size=3), max_size=8)


@given(_DAYS)
def test_todays_prices_are_those_of_the_last_snapshot(days: list[Day]) -> None:
    till = Till()
    for number, day in enumerate(days):
        till.take(number, day)
        sold = {sku: one for sku, one in day.items() if one.price_cents is not None}
        assert {sku: (one.price_cents, one.terms) for sku, one in till.prices.items()} == {
            sku: (one.price_cents, one.terms) for sku, one in sold.items()
        }


@given(_DAYS)
def test_history_and_the_price_before_are_what_a_naive_look_back_finds(days: list[Day]) -> None:
    till = Till()
    for number, day in enumerate(days):
        till.take(number, day)
    asked = {
        sku: [day[sku].price_cents if sku in day else None for day in days] for sku in (1, 2, 3)
    }
    assert sorted(till.history) == sorted(
        entry for sku, prices in asked.items() for entry in _naive_history(sku, prices)
    )
    for sku, price in till.prices.items():
        assert price.previous_price_cents == _naive_previous(asked[sku])


def _naive_history(sku: int, prices: Sequence[int | None]) -> list[tuple[int, HistoryEntry]]:
    found = []
    for number, price in enumerate(prices):
        before = prices[number - 1] if number else None
        if price == before:
            continue
        if price is None:
            change = "delisted"
        elif before is not None:
            change = "changed"
        else:
            change = "back" if any(prices[:number]) else "first_seen"
        found.append((number, HistoryEntry(sku, change, price)))
    return found


def _naive_previous(prices: Sequence[int | None]) -> int | None:
    """The last price asked before the run of equal prices, without a gap, that goes on today."""
    run = len(prices)
    while run and prices[run - 1] == prices[-1]:
        run -= 1
    asked = [price for price in prices[:run] if price is not None]
    return asked[-1] if asked else None


@given(_DAYS)
def test_the_past_of_any_sku_can_be_read_back_from_the_history(days: list[Day]) -> None:
    till = Till()
    for number, day in enumerate(days):
        till.take(number, day)
    for sku in (1, 2, 3):
        entries = {number: entry for number, entry in till.history if entry.sku_id == sku}
        now = None
        for number, day in enumerate(days):
            now = entries[number].price_cents if number in entries else now
            assert now == (day[sku].price_cents if sku in day else None)


@given(_DAYS)
def test_a_snapshot_taken_again_changes_nothing_and_every_price_is_counted(days: list[Day]) -> None:
    till = Till()
    for number, day in enumerate(days):
        before = len(till.prices)
        made = till.take(number, day)
        kept = len(made.changed) + len(made.rewritten) + made.unchanged
        assert kept + len(made.delisted) == before
        assert kept + len(made.new) == sum(one.price_cents is not None for one in day.values())
        again = till.take(number, day)
        assert again == PricePlan([], [], [], [], len(till.prices), [])
