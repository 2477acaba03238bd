"""A company's groups for people to look at: how well stores agree, how large the groups are.

Belongs here: which stores are shown and in which order, the table of their agreements. Does not
belong here: who matches whom (`agreement`), the plan (`plan`), how it is drawn (reporting).
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from pipeline_assets.domain.groups.agreement import MatchRules
from pipeline_assets.domain.groups.arrays import Floats
from pipeline_assets.domain.groups.plan import GroupPlan, StoreState
from pipeline_assets.domain.groups.price_lists import PriceLists
from pipeline_assets.domain.groups.store_matches import StoreMatches

_ANY_AGREEMENT = MatchRules(min_common=Fraction(0), min_agreement=Fraction(0))


@dataclass(frozen=True, slots=True)
class StoreAgreement:
    """The stores that are shown, group by group, and the share of equal prices of each two."""

    store_ids: tuple[str, ...]
    group_sizes: tuple[int, ...]
    """How many of the stores shown are in each group, in their order."""
    agreement: Floats
    """Shape (stores, stores): equal prices ÷ SKUs that both sell; NaN where they share no SKU."""
    stores_in_all: int
    """How many stores the company has."""


def store_agreement(lists: PriceLists, anchor_of: Mapping[str, str], most: int) -> StoreAgreement:
    """The table for at most so many of these stores; `anchor_of`: each store's anchor, by store id.

    The largest groups are first, then the lowest anchor as text; within one, the anchor is first.
    Where not all have room, each group shows its anchor before any a second store, and so on.
    """
    groups = _groups(anchor_of)
    by_turn = sorted(
        (turn, at) for at, members in enumerate(groups) for turn in range(len(members))
    )
    chosen = sorted((at, turn) for turn, at in by_turn[:most])
    store_ids = tuple(groups[at][turn] for at, turn in chosen)
    sizes = np.bincount([at for at, _ in chosen], minlength=1)
    return StoreAgreement(
        store_ids,
        tuple(sizes[sizes > 0].tolist()),
        _agreement(lists, store_ids),
        stores_in_all=len(anchor_of),
    )


def _agreement(lists: PriceLists, store_ids: Sequence[str]) -> Floats:
    number = {store_id: at for at, store_id in enumerate(lists.store_ids)}
    stores = np.array([number[store_id] for store_id in store_ids], dtype=np.int64)
    matches = StoreMatches(lists, stores, stores, _ANY_AGREEMENT)
    shares = np.full((stores.size, len(lists.store_ids)), np.nan)
    for row, store in zip(shares, stores.tolist(), strict=True):
        others, agreement = matches.of(store)
        row[others] = agreement
    return shares[:, stores]


def _groups(anchor_of: Mapping[str, str]) -> list[list[str]]:
    """Each group's stores, the anchor first."""
    members: dict[str, list[str]] = {}
    for store_id, anchor in sorted(anchor_of.items()):
        members.setdefault(anchor, []).append(store_id)
    groups = [
        [anchor, *(store_id for store_id in stores if store_id != anchor)]
        for anchor, stores in members.items()
    ]
    return sorted(groups, key=lambda stores: (-len(stores), stores[0]))


@dataclass(frozen=True, slots=True)
class GroupSizes:
    """The numbers of stores in a company's groups before and after a plan, the largest first."""

    company: str
    before: tuple[int, ...]
    after: tuple[int, ...]
    stores_moved: int


def group_sizes(company: str, stores: Sequence[StoreState], plan: GroupPlan) -> GroupSizes:
    """The sizes of the groups that these stores are in, and will be in."""
    return GroupSizes(
        company,
        _sizes(store.anchor_id for store in stores),
        _sizes(plan.anchor_of.values()),
        len(plan.moved),
    )


def _sizes(anchors: Iterable[str]) -> tuple[int, ...]:
    return tuple(sorted(Counter(anchors).values(), reverse=True))
