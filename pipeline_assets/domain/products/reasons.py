"""Why products are merged or split: a reason and its evidence, for the record.

Explains what `partition` decided and `plan` planned; decides nothing itself.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from enum import StrEnum
from functools import cached_property
from heapq import nsmallest
from typing import Literal, NamedTuple

from pipeline_assets.domain.products.facts import Decision, Shelves, SkuFacts, SkuPair
from pipeline_assets.domain.products.partition import Block, PlacementRule, barcodes_by_key
from pipeline_assets.domain.products.sides import Meetings, Side, Values, first_equal
from pipeline_assets.domain.products.variants import find_variants, words_of_variants

MOST_SHOWN_BARCODES = 10


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
    DIFFERENT_VARIANTS = "different_variants"


class Ground(NamedTuple):
    """A reason and its evidence, ready for JSON.

    The evidence has `sku_ids`, the two SKUs that show it, and what the reason is about: `barcode`,
    `barcodes` (at most ten, the lowest), `match_key` or `match_keys`, and `words`: of two variants,
    those that each one's page has for itself.
    """

    reason: Reason
    evidence: Mapping[str, object]


class Parting(NamedTuple):
    """SKUs that were one product: `moved` are now in `block`, all that stayed in `kept_in`."""

    moved: Sequence[int]
    block: Block
    kept: Sequence[int]
    kept_in: Block


Partners = Mapping[int, Set[int]]


class _Whole(NamedTuple):
    """A block's members, and those of them that rules 2 and 3 placed."""

    side: Side
    same_key: Side
    followers: Values


class Grounds:
    """What `partition.partition` was given; explains why the blocks are as they are."""

    def __init__(
        self,
        skus: Iterable[SkuFacts],
        decisions: Iterable[Decision] = (),
        shelves: Shelves | None = None,
    ) -> None:
        self.facts = {sku.sku_id: sku for sku in skus}
        self._decisions = list(decisions)
        self._sold_together = Meetings(shelves or {})
        # By their first SKU, as many others may be compared with the same ones.
        self._blocks: dict[int, _Whole] = {}
        self._kept: dict[int, Side] = {}
        self._shown_barcodes: dict[str, list[str]] = {}

    def why_one(self, block: Block, joined: Sequence[int]) -> Ground:
        """Why these members of a block are one product with the rest; there must be others."""
        whole, some = self._whole(block), self._side(joined)
        if pair := first_equal(some.by_barcode, whole.side.by_barcode, some.positions):
            return _ground(Reason.SAME_BARCODE, pair, barcode=self.facts[pair[0]].barcode)
        if pair := self._attached(block, some):
            sku, holder = (self.facts[sku_id] for sku_id in pair)
            found = {"match_key": sku.match_key, "barcode": holder.barcode}
            return _ground(Reason.KEY_WITH_ONE_BARCODE, pair, **found)
        by_key = some.part(whole.same_key.positions.__contains__).by_key
        if pair := first_equal(by_key, whole.same_key.by_key, some.positions):
            return _ground(Reason.SAME_KEY, pair, match_key=self.facts[pair[0]].match_key)
        other = next(sku_id for sku_id in block.members if sku_id not in some.positions)
        pair = some.paired(self._same, whole.side, besides=some.positions)
        return _ground(Reason.DECIDED_SAME, pair or (joined[0], other))

    def _attached(self, block: Block, some: Side) -> SkuPair | None:
        """The first SKU that rule 2 matched to a barcode across the two, and a SKU that has it."""
        whole = self._whole(block)
        if pair := first_equal(self._followers(block, some), whole.side.by_barcode, some.positions):
            return pair
        pairs = (
            first_equal({barcode: holders}, whole.followers, some.positions)
            for barcode, holders in some.by_barcode.items()
        )
        found = [(sku_id, holder) for holder, sku_id in filter(None, pairs)]
        return min(found, key=lambda pair: whole.side.positions[pair[0]], default=None)

    def why_two(self, parting: Parting) -> Ground:
        """Why SKUs that were one product are now two: the first reason that applies."""
        moved, kept = self._side(parting.moved), self._kept_side(parting.kept)
        block, kept_in = self._whole(parting.block).side, self._whole(parting.kept_in).side
        pair = moved.paired(self._never, kept)
        if pair is None and first_equal(block.by_barcode, kept_in.by_barcode):
            pair = block.paired(self._never, kept_in)  # nothing else separates equal barcodes
        if pair:
            return _ground(Reason.DECIDED_NEVER, pair)
        return (
            self._different_barcodes(moved, kept)
            or self._different_keys(moved, kept)
            or self._ambiguous_key(moved, kept)
            or self._kept_apart_by_rule_3(parting)
            or self._other_decision(moved, kept, block, kept_in)
        )

    def _different_barcodes(self, moved: Side, kept: Side) -> Ground | None:
        if not moved.with_barcode.sku_ids or not kept.with_barcode.sku_ids:
            return None
        pair = moved.with_barcode.sku_ids[0], kept.with_barcode.sku_ids[0]
        barcodes = [self.facts[sku_id].barcode for sku_id in pair]
        return _ground(Reason.BARCODE_DIFFERS, pair, barcodes=barcodes)

    def _different_keys(self, moved: Side, kept: Side) -> Ground | None:
        if first_equal(moved.by_key, kept.by_key):
            return None
        pair = moved.sku_ids[0], kept.sku_ids[0]
        keys = [self.facts[sku_id].match_key for sku_id in pair]
        return _ground(Reason.KEY_DIFFERS, pair, match_keys=keys)

    def _ambiguous_key(self, moved: Side, kept: Side) -> Ground | None:
        """A SKU without a barcode whose key no longer identifies the barcode of the other one."""
        pair = first_equal(moved.without_barcode.by_key, kept.with_barcode.by_key) or first_equal(
            moved.with_barcode.by_key, kept.without_barcode.by_key
        )
        key = self.facts[pair[0]].match_key if pair else None
        if pair is None or key is None or len(self._barcodes_by_key[key]) == 1:
            return None
        if key not in self._shown_barcodes:
            barcodes = nsmallest(MOST_SHOWN_BARCODES, self._barcodes_by_key[key])
            self._shown_barcodes[key] = barcodes
        barcodes = self._shown_barcodes[key]
        return _ground(Reason.KEY_AMBIGUOUS, pair, match_key=key, barcodes=barcodes)

    def _kept_apart_by_rule_3(self, parting: Parting) -> Ground | None:
        block, kept_in = parting.block, parting.kept_in
        if block.barcode is not None or kept_in.barcode is not None:
            return None
        sides = parting.moved, parting.kept, block.members, kept_in.members
        if pair := self._sold_together.pair(*sides):
            key = self.facts[pair[0]].match_key
            return _ground(Reason.SOLD_TOGETHER, pair, match_key=key)
        if pair := self._variants.pair(*sides):
            left, right = (self.facts[sku_id] for sku_id in pair)
            words = words_of_variants(left, right)
            return _ground(Reason.DIFFERENT_VARIANTS, pair, match_key=left.match_key, words=words)
        return None

    def _other_decision(self, moved: Side, kept: Side, block: Side, kept_in: Side) -> Ground:
        if never := block.paired(self._never, kept_in):
            return _ground(Reason.DECIDED_NEVER, never)
        # Equal keys but two products: an operator linked one of them to another barcode or key.
        pulled = moved.paired(self._same, block) or kept.paired(self._same, kept_in)
        return _ground(Reason.DECIDED_SAME, pulled or (moved.sku_ids[0], kept.sku_ids[0]))

    def _side(self, sku_ids: Sequence[int]) -> Side:
        return Side(sku_ids, self.facts)

    def _kept_side(self, sku_ids: Sequence[int]) -> Side:
        return self._kept.setdefault(sku_ids[0], self._side(sku_ids))

    def _whole(self, block: Block) -> _Whole:
        first = block.members[0]
        if first not in self._blocks:
            side = self._side(block.members)
            same_key = side.part(lambda i: block.rules[i] is PlacementRule.SAME_KEY)
            self._blocks[first] = _Whole(side, same_key, self._followers(block, side))
        return self._blocks[first]

    def _followers(self, block: Block, side: Side) -> Values:
        """The SKUs that rule 2 matched to each barcode."""

        def barcode_followed(sku: SkuFacts) -> str | None:
            rule = block.rules[sku.sku_id]
            if sku.barcode is not None or rule is not PlacementRule.KEY_WITH_ONE_BARCODE:
                return None
            (barcode,) = self._barcodes_by_key[sku.match_key or ""]
            return barcode

        return side.by(barcode_followed)

    @cached_property
    def _barcodes_by_key(self) -> dict[str, set[str]]:
        return barcodes_by_key(self.facts.values())

    @cached_property
    def _variants(self) -> Meetings:
        return Meetings(*find_variants(self.facts.values()))

    @cached_property
    def _same(self) -> Partners:
        return self._decided("same")

    @cached_property
    def _never(self) -> Partners:
        return self._decided("never")

    def _decided(self, kind: Literal["same", "never"]) -> Partners:
        partners: dict[int, set[int]] = defaultdict(set)
        for decision in self._decisions:
            a, b = decision.sku_id_a, decision.sku_id_b
            if decision.kind == kind and a != b:
                partners[a].add(b)
                partners[b].add(a)
        return partners


def _ground(reason: Reason, pair: SkuPair, **shown: object) -> Ground:
    return Ground(reason, {"sku_ids": list(pair), **shown})
