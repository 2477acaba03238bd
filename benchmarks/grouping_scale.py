"""Process CPU and memory of planning store groups, against the number of stores.

A simulated company: 8 regions, at least 90 % distinct price lists, within a region 0–3 % of the
prices and 2–10 % of the SKUs varied per store. From groups of one, then a second run, then a run
after a tenth of the stores was scraped again with other prices. Planning only: reading and writing
the catalogue is not part of it.

    python benchmarks/grouping_scale.py [--seed N] [--regional SHARE] [stores ...]
"""

import argparse
import resource
import time
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import numpy.typing as npt

from pipeline_assets.domain.agreement import PriceLists
from pipeline_assets.domain.grouping import (
    GroupingSettings,
    GroupPlan,
    StoreState,
    anything_to_compare,
    plan_groups,
)

SKUS_PER_STORE = 2600
REGIONS = 8
NOW = datetime(2025, 9, 24)
Table = npt.NDArray[np.int64]


def simulate(stores: int, regional: float, rng: np.random.Generator) -> Table:
    """Prices in cents, store × SKU; -1 where a store does not sell the SKU.

    `regional`: the share of SKUs that each region prices for itself.
    """
    skus = SKUS_PER_STORE * 11 // 10
    national = rng.integers(50, 5000, skus)
    table = np.full((stores, skus), -1, dtype=np.int64)
    regions = []
    for _ in range(REGIONS):
        prices = np.where(rng.random(skus) < regional, rng.integers(50, 5000, skus), national)
        regions.append((prices, rng.permutation(skus)))
    for store in range(stores):
        prices, assortment = regions[store % REGIONS]
        table[store] = vary(prices, assortment, rng)
        if store >= REGIONS and rng.random() < 0.05:
            table[store] = table[store - REGIONS]
    return table


def vary(prices: Table, assortment: Table, rng: np.random.Generator) -> Table:
    """One store of a region: 0–3 % of its prices and 2–10 % of its SKUs are its own."""
    sold, spare = assortment[:SKUS_PER_STORE], assortment[SKUS_PER_STORE:]
    others = int(SKUS_PER_STORE * rng.uniform(0.02, 0.10))
    kept = rng.permutation(sold)[others:]
    added = rng.permutation(spare)[:others]
    chosen = np.concatenate([kept, added])
    row = np.full(prices.size, -1, dtype=np.int64)
    row[chosen] = prices[chosen]
    own = rng.permutation(chosen)[: int(SKUS_PER_STORE * rng.uniform(0, 0.03))]
    row[own] = rng.integers(50, 5000, own.size)
    return row


def lists_of(table: Table, ids: list[str]) -> PriceLists:
    """The table as the catalogue would give it: one row per store and SKU."""
    store, sku = np.nonzero(table >= 0)
    return PriceLists.from_rows(
        ids, store.astype(np.int32), sku.astype(np.int32), table[store, sku]
    )


def after(states: list[StoreState], plan: GroupPlan) -> list[StoreState]:
    """The stores once the plan is applied."""
    return [
        replace(
            state,
            anchor_id=plan.anchor_of[state.store_id],
            mark=plan.marks.get(state.store_id, state.mark),
        )
        for state in states
    ]


def measure(name: str, states: list[StoreState], table: Table) -> list[StoreState]:
    """Plan once, print what it cost and found; the stores after it."""
    ids = [state.store_id for state in states]
    settings = GroupingSettings()
    cpu, wall = time.process_time(), time.perf_counter()
    lists = lists_of(table, ids) if anything_to_compare(states, NOW, settings) else None
    plan = plan_groups(states, lists, NOW, settings)
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    groups = len(set(plan.anchor_of.values()))
    print(
        f"{len(ids):6} {name:12} cpu {cpu:6.2f} s  wall {wall:6.2f} s  peak {peak_mb:5.0f} MB  "
        f"compared {plan.pairs_compared:9,}  ejected {len(plan.ejections):4}  "
        f"merges {len(plan.merges):5}  groups {groups:5}",
        flush=True,
    )
    return after(states, plan)


def main() -> None:
    """Run the sizes asked for, smallest first, as the peak of memory never falls."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("stores", nargs="*", type=int, default=[125, 250, 500, 1000])
    parser.add_argument("--seed", type=int, default=20250924)
    parser.add_argument("--regional", type=float, default=0.3)
    options = parser.parse_args()
    print(f"seed {options.seed}, {options.regional:.0%} of the prices set by the region")
    for stores in sorted(options.stores):
        rng = np.random.default_rng(options.seed)
        table = simulate(stores, options.regional, rng)
        distinct = len(np.unique(table, axis=0))
        print(f"{stores:6} stores, {distinct / stores:.1%} distinct lists")
        ids = [f"S{number:04}" for number in range(stores)]
        states = [StoreState(one, NOW - timedelta(days=1), one) for one in ids]
        states = measure("first", states, table)
        states = measure("second", states, table)
        for store in rng.permutation(stores)[: stores // 10].tolist():
            sold = np.flatnonzero(table[store] >= 0)
            table[store, rng.permutation(sold)[:60]] += 1
            states[store] = replace(states[store], scraped_at=NOW)
        measure("a tenth new", states, table)


if __name__ == "__main__":
    main()
