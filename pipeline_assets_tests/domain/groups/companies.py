"""A company for tests of store groups: prices and groups by store, planned and applied."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import numpy as np

from pipeline_assets.domain.groups.plan import (
    GroupingSettings,
    GroupPlan,
    StoreState,
    plan_groups,
)
from pipeline_assets.domain.groups.price_lists import PriceList, PriceLists
from pipeline_assets_tests.domain.groups.naive_groups import (
    NaiveResult,
    NaiveRules,
    NaiveStore,
    PricesBySku,
    naive_plan,
)

NOW = datetime(2025, 9, 24)


def priced(n_skus: int, differing: int = 0, first_sku: int = 0) -> PricesBySku:
    """SKUs from `first_sku` on at the common price, but the first few of them."""
    skus = range(first_sku, first_sku + n_skus)
    return {sku: 100 + (at < differing) for at, sku in enumerate(skus)}


def changed_at(*skus: int) -> PricesBySku:
    """A hundred SKUs at the common price but for these."""
    return {sku: 100 + (sku in skus) for sku in range(100)}


def price_list(prices: PricesBySku) -> PriceList:
    """One store's list."""
    skus = np.fromiter(prices.keys(), dtype=np.int64)
    return PriceList.of(skus, np.fromiter(prices.values(), dtype=np.int64))


def price_lists(
    prices: Mapping[str, PricesBySku], reads: list[list[str]] | None = None
) -> PriceLists:
    """The prices of all stores as the catalogue gives them; each read is added to `reads`."""

    def read(store_ids: Sequence[str]) -> list[PriceList]:
        if reads is not None:
            reads.append(list(store_ids))
        return [price_list(prices[store_id]) for store_id in store_ids]

    return PriceLists(prices, read)


@dataclass
class Company:
    """Stores with their prices, and what the plans made of them so far."""

    settings: GroupingSettings = field(default_factory=GroupingSettings)
    states: dict[str, StoreState] = field(default_factory=dict)
    prices: dict[str, PricesBySku] = field(default_factory=dict)
    reads: list[list[str]] = field(default_factory=list)
    """The stores whose prices the last plan read, one entry for each read."""

    def scrape(self, store_id: str, prices: PricesBySku, days_ago: float = 1) -> None:
        """A snapshot of the store is accepted; a new store starts in a group of its own."""
        state = self.states.get(store_id, StoreState(store_id, NOW, store_id))
        self.states[store_id] = replace(state, scraped_at=NOW - timedelta(days=days_ago))
        self.prices[store_id] = prices

    def plan(self, reference: datetime = NOW) -> GroupPlan:
        """What would be done now."""
        self.reads = []
        lists = price_lists(self.prices, self.reads)
        return plan_groups(list(self.states.values()), lists, reference, self.settings)

    def naive_plan(self, reference: datetime = NOW) -> NaiveResult:
        """What the oracle would do now."""
        rules = NaiveRules(
            self.settings.min_common, self.settings.min_agreement, self.settings.current_days
        )
        states = self.states.values()
        return naive_plan(
            [
                NaiveStore(one.store_id, one.scraped_at, one.anchor_id, self.prices[one.store_id])
                for one in states
            ],
            reference,
            rules,
        )

    def run(self, reference: datetime = NOW) -> GroupPlan:
        """Plan and apply: only what the plan says has changed is taken over."""
        plan = self.plan(reference)
        for store_id, anchor_id in plan.moved.items():
            self.states[store_id] = replace(self.states[store_id], anchor_id=anchor_id)
        for store_id, mark in plan.marks.items():
            self.states[store_id] = replace(self.states[store_id], mark=mark)
        return plan

    def groups(self) -> dict[str, str]:
        """Anchor by store."""
        return {store_id: state.anchor_id for store_id, state in sorted(self.states.items())}


def company_of(prices: dict[str, PricesBySku]) -> Company:
    """Stores scraped yesterday, each in a group of its own."""
    company = Company()
    for store_id, its in prices.items():
        company.scrape(store_id, its)
    return company


def assert_settled(company: Company, reference: datetime = NOW) -> None:
    """A run right after compares nothing, reads no price and changes nothing."""
    again = company.plan(reference)
    assert company.reads == []
    assert again.is_empty
    assert again.pairs_compared == 0
    assert (again.ejections, again.merges) == ((), ())
    assert dict(again.anchor_of) == company.groups()
