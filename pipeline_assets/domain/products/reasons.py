"""Why products are merged or split: a reason and its evidence, for the record.

Explains what `partition` decided and `plan` planned; decides nothing itself.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence, Set
from enum import StrEnum
from functools import cached_property
from typing import Literal, NamedTuple

from pipeline_assets.domain.products.partition import (
    Block,
    Decision,
    PlacementRule,
    SkuFacts,
    SkuPair,
    barcodes_by_key,
)


class Reason(StrEnum):
    """The reason that the record of a merge or a split gives."""

    SAME_BARCODE = "same_barcode"
    KEY_WITH_ONE_BARCODE = "key_with_one_barcode"
    SAME_KEY = "same_key"
    DECIDED_SAME = "decided_same"  # for a split: an operator put one of the two elsewhere
    DECIDED_NEVER = "decided_never"
    BARCODE_DIFFERS = "barcode_differs"
    KEY_DIFFERS = "key_differs"
    KEY_AMBIGUOUS = "key_ambiguous"
    SOLD_TOGETHER = "sold_together"


class Ground(NamedTuple):
    """A reason and its evidence, ready for JSON.

    The evidence has `sku_ids`, the two SKUs that show it, and what the reason is about: `barcode`,
    `barcodes`, `match_key` or `match_keys`.
    """

    reason: Reason
    evidence: Mapping[str, object]


class Parting(NamedTuple):
    """SKUs that were one product: `moved` are now in `block`, `kept` are in `kept_in`."""

    moved: Sequence[int]
    block: Block
    kept: Sequence[int]
    kept_in: Block


Partners = Mapping[int, Set[int]]


class Grounds:
    """What `partition.partition` was given; explains why the blocks are as they are."""

    def __init__(
        self,
        skus: Iterable[SkuFacts],
        decisions: Iterable[Decision] = (),
        sold_together: Set[SkuPair] = frozenset(),
    ) -> None:
        self.facts = {sku.sku_id: sku for sku in skus}
        self._decisions = list(decisions)
        self._sold_together = sold_together

    def why_one(self, block: Block, joined: Sequence[int]) -> Ground:
        """Why these members of a block are one product with the rest; there must be others."""
        others = _without(joined, block.members)
        if pair := self._equal(joined, others, _barcode):
            return _ground(Reason.SAME_BARCODE, pair, barcode=self.facts[pair[0]].barcode)
        if pair := self._attached(block, joined, others) or self._attached(block, others, joined):
            sku, holder = (self.facts[sku_id] for sku_id in pair)
            found = {"match_key": sku.match_key, "barcode": holder.barcode}
            return _ground(Reason.KEY_WITH_ONE_BARCODE, pair, **found)
        by_key = {sku_id for sku_id, rule in block.rules.items() if rule is PlacementRule.SAME_KEY}
        if pair := self._equal(_within(by_key, joined), _within(by_key, others), _match_key):
            return _ground(Reason.SAME_KEY, pair, match_key=self.facts[pair[0]].match_key)
        return _ground(
            Reason.DECIDED_SAME, _crossing(self._same, joined, others) or (joined[0], others[0])
        )

    def why_two(self, parting: Parting) -> Ground:
        """Why SKUs that were one product are now two: the first reason that applies."""
        return (
            self._direct_never(parting)
            or self._different_barcodes(parting)
            or self._different_keys(parting)
            or self._ambiguous_key(parting)
            or self._sold_in_one_store(parting)
            or self._other_decision(parting)
        )

    def _direct_never(self, parting: Parting) -> Ground | None:
        pair = _crossing(self._never, parting.moved, parting.kept)
        blocks = parting.block.members, parting.kept_in.members
        if pair is None and self._equal(*blocks, _barcode):
            pair = _crossing(self._never, *blocks)  # nothing else separates equal barcodes
        return _ground(Reason.DECIDED_NEVER, pair) if pair else None

    def _different_barcodes(self, parting: Parting) -> Ground | None:
        moved, kept = (self._with_barcode(side) for side in (parting.moved, parting.kept))
        if not moved or not kept:
            return None
        barcodes = [self.facts[sku_id].barcode for sku_id in (moved[0], kept[0])]
        return _ground(Reason.BARCODE_DIFFERS, (moved[0], kept[0]), barcodes=barcodes)

    def _different_keys(self, parting: Parting) -> Ground | None:
        if self._equal(parting.moved, parting.kept, _match_key):
            return None
        pair = parting.moved[0], parting.kept[0]
        keys = [self.facts[sku_id].match_key for sku_id in pair]
        return _ground(Reason.KEY_DIFFERS, pair, match_keys=keys)

    def _ambiguous_key(self, parting: Parting) -> Ground | None:
        """A SKU without a barcode whose key no longer identifies the barcode of the other one."""
        moved, kept = (self._with_barcode(side) for side in (parting.moved, parting.kept))
        pair = self._equal(_without(moved, parting.moved), kept, _match_key) or self._equal(
            moved, _without(kept, parting.kept), _match_key
        )
        key = self.facts[pair[0]].match_key if pair else None
        if pair is None or key is None or len(self._barcodes_by_key[key]) == 1:
            return None
        barcodes = sorted(self._barcodes_by_key[key])
        return _ground(Reason.KEY_AMBIGUOUS, pair, match_key=key, barcodes=barcodes)

    def _sold_in_one_store(self, parting: Parting) -> Ground | None:
        if parting.block.barcode is not None or parting.kept_in.barcode is not None:
            return None  # only rule 3 looks at what is sold together
        pair = _crossing(self._sold, parting.moved, parting.kept) or _crossing(
            self._sold, parting.block.members, parting.kept_in.members
        )
        if pair is None:
            return None
        return _ground(Reason.SOLD_TOGETHER, pair, match_key=self.facts[pair[0]].match_key)

    def _other_decision(self, parting: Parting) -> Ground:
        never = _crossing(self._never, parting.block.members, parting.kept_in.members)
        if never:
            return _ground(Reason.DECIDED_NEVER, never)
        # Equal keys but two products: an operator linked one of them to another barcode or key.
        pulled = _crossing(self._same, parting.moved, parting.block.members) or _crossing(
            self._same, parting.kept, parting.kept_in.members
        )
        return _ground(Reason.DECIDED_SAME, pulled or (parting.moved[0], parting.kept[0]))

    def _attached(
        self, block: Block, sku_ids: Sequence[int], holders: Sequence[int]
    ) -> SkuPair | None:
        """The first of these SKUs that rule 2 matched to a barcode, and a SKU that has it."""
        holder_of = {self.facts[sku_id].barcode: sku_id for sku_id in reversed(holders)}
        for sku_id in sku_ids:
            sku = self.facts[sku_id]
            if sku.barcode is None and block.rules[sku_id] is PlacementRule.KEY_WITH_ONE_BARCODE:
                (barcode,) = self._barcodes_by_key[sku.match_key or ""]
                if barcode in holder_of:
                    return sku_id, holder_of[barcode]
        return None

    def _equal(
        self,
        left: Iterable[int],
        right: Iterable[int],
        fact: Callable[[SkuFacts], str | None],
    ) -> SkuPair | None:
        """The first SKU on the left whose fact a SKU on the right also has, and that SKU."""
        having = {fact(self.facts[sku_id]): sku_id for sku_id in reversed([*right])}
        having.pop(None, None)
        for sku_id in left:
            if (value := fact(self.facts[sku_id])) in having:
                return sku_id, having[value]
        return None

    def _with_barcode(self, sku_ids: Iterable[int]) -> list[int]:
        return [sku_id for sku_id in sku_ids if self.facts[sku_id].barcode is not None]

    @cached_property
    def _barcodes_by_key(self) -> dict[str, set[str]]:
        return barcodes_by_key(self.facts.values())

    @cached_property
    def _same(self) -> Partners:
        return self._decided("same")

    @cached_property
    def _never(self) -> Partners:
        return self._decided("never")

    @cached_property
    def _sold(self) -> Partners:
        return _partners(self._sold_together)

    def _decided(self, kind: Literal["same", "never"]) -> Partners:
        return _partners((d.sku_id_a, d.sku_id_b) for d in self._decisions if d.kind == kind)


def _barcode(sku: SkuFacts) -> str | None:
    return sku.barcode


def _match_key(sku: SkuFacts) -> str | None:
    return sku.match_key


def _partners(pairs: Iterable[SkuPair]) -> Partners:
    partners: dict[int, set[int]] = defaultdict(set)
    for a, b in pairs:
        if a != b:
            partners[a].add(b)
            partners[b].add(a)
    return dict(partners)


def _crossing(partners: Partners, left: Iterable[int], right: Iterable[int]) -> SkuPair | None:
    """The first on the left that has a partner on the right, and the lowest such partner."""
    wanted = set(right)
    for sku_id in left:
        if sku_id in partners and (found := partners[sku_id] & wanted):
            return sku_id, min(found)
    return None


def _within(wanted: Collection[int], sku_ids: Iterable[int]) -> list[int]:
    return [sku_id for sku_id in sku_ids if sku_id in wanted]


def _without(unwanted: Iterable[int], sku_ids: Iterable[int]) -> list[int]:
    excluded = set(unwanted)
    return [sku_id for sku_id in sku_ids if sku_id not in excluded]


def _ground(reason: Reason, pair: SkuPair, **shown: object) -> Ground:
    return Ground(reason, {"sku_ids": list(pair), **shown})
