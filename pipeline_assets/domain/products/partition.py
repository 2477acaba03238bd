"""Which SKUs are one product: facts and operators' decisions in, a partition into blocks out.

Order, time and the number of runs do not matter. Which product ids the blocks keep or get is in
`plan`; how barcodes and match keys are made is in `normalisation.barcodes` and
`normalisation.match_keys`.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain
from typing import Literal

from pipeline_assets.domain.products.constrained_clustering import ConstrainedClustering


@dataclass(frozen=True, slots=True)
class SkuFacts:
    """What decides a SKU's product. `barcode`: a GTIN-13; without a `match_key` no name matches."""

    sku_id: int
    company: str
    sku: str
    barcode: str | None
    match_key: str | None


@dataclass(frozen=True, slots=True)
class Decision:
    """An operator's decision on two SKUs: one product, or never one; it overrides the rules."""

    kind: Literal["same", "never"]
    sku_id_a: int
    sku_id_b: int


class PlacementRule(StrEnum):
    """What links a SKU to the rest of its block; if several apply, the first one listed here."""

    BARCODE = "barcode"  # rule 1: another SKU has its barcode
    KEY_WITH_ONE_BARCODE = "key_with_one_barcode"  # rule 2: by its key, or another by its barcode
    SAME_KEY = "same_key"  # rule 3: another SKU without a barcode has its match key
    DECIDED = "decided"  # rule 4: only an operator's *same*
    ALONE = "alone"  # there are no others


@dataclass(frozen=True, slots=True)
class Block:
    """SKUs that are one product.

    `members`: sku_ids by (company, sku), never empty; `barcode`: their lowest barcode;
    `rules`: for each member, why it is here.
    """

    members: tuple[int, ...]
    barcode: str | None
    rules: Mapping[int, PlacementRule]


SkuPair = tuple[int, int]
Unit = tuple[SkuFacts, ...]
"""SKUs that an operator said are the same, by (company, sku); almost always a single one."""


def partition(
    skus: Iterable[SkuFacts], decisions: Iterable[Decision], sold_together: Set[SkuPair]
) -> list[Block]:
    """The products that these SKUs form, by their first member's (company, sku).

    `sold_together`: pairs of sku_ids, of SKUs of one company that one store sold at the same time.
    Decisions and pairs about SKUs that are not given are ignored. If decisions contradict each
    other, *same* wins. A *never* separates even SKUs with equal barcodes; then the SKUs are placed
    by (company, sku), each with the first that it may share a product with.
    """
    ordered = sorted(skus, key=lambda sku: (sku.company, sku.sku))
    decided = list(decisions)
    units = _units(ordered, [(d.sku_id_a, d.sku_id_b) for d in decided if d.kind == "same"])
    unit_of = {sku.sku_id: number for number, unit in enumerate(units) for sku in unit}
    never = [(d.sku_id_a, d.sku_id_b) for d in decided if d.kind == "never"]
    barcodes_of = barcodes_by_key(ordered)

    by_barcode, unplaced = _cluster_by_barcode(units, barcodes_of, _cannot_links(never, unit_of))
    by_key = _cluster_by_key(units, unplaced, _cannot_links(chain(never, sold_together), unit_of))
    groups = sorted([*by_barcode, *by_key])
    return [_block([units[number] for number in group], barcodes_of) for group in groups]


def barcodes_by_key(skus: Iterable[SkuFacts]) -> dict[str, set[str]]:
    """The barcodes that SKUs with each match key have; a key without any is left out."""
    barcodes: dict[str, set[str]] = defaultdict(set)
    for sku in skus:
        if sku.match_key is not None and sku.barcode is not None:
            barcodes[sku.match_key].add(sku.barcode)
    return dict(barcodes)


def _units(ordered: Sequence[SkuFacts], same: Sequence[SkuPair]) -> list[Unit]:
    """Rule 4: SKUs that an operator joined, and every other SKU on its own, in the order given."""
    position = {sku.sku_id: number for number, sku in enumerate(ordered)} if same else {}
    links: dict[int, set[int]] = defaultdict(set)
    for link, (a, b) in enumerate(same):
        if a in position and b in position:
            links[position[a]].add(link)
            links[position[b]].add(link)
    joined = ConstrainedClustering({})
    for number in sorted(links):
        joined.add(number, links[number])
    units: dict[int, Unit] = {number: (sku,) for number, sku in enumerate(ordered)}
    for first, *others in joined.groups():
        units[first] = tuple(ordered[number] for number in (first, *others))
        for number in others:
            del units[number]
    return list(units.values())


def _cannot_links(pairs: Iterable[SkuPair], unit_of: Mapping[int, int]) -> dict[int, set[int]]:
    """The units that must stay apart, in both directions."""
    cannot_link: dict[int, set[int]] = defaultdict(set)
    for sku_id_a, sku_id_b in pairs:
        a, b = unit_of.get(sku_id_a), unit_of.get(sku_id_b)
        if a is not None and b is not None and a != b:
            cannot_link[a].add(b)
            cannot_link[b].add(a)
    return dict(cannot_link)


def _cluster_by_barcode(
    units: Sequence[Unit], barcodes_of: Mapping[str, set[str]], cannot_link: Mapping[int, Set[int]]
) -> tuple[list[list[int]], list[int]]:
    """Rules 1 and 2: the groups with barcodes, and the units that are not in any of them."""
    clustering = ConstrainedClustering(cannot_link)
    without: list[int] = []
    for number, unit in enumerate(units):
        barcodes = {sku.barcode for sku in unit if sku.barcode is not None}
        if barcodes:
            clustering.add(number, barcodes)
        else:
            without.append(number)
    unplaced: list[int] = []
    for number in without:
        found = {barcode for key in _keys(units[number]) for barcode in barcodes_of.get(key, ())}
        # If a *never* keeps a unit from every holder of its barcode, it is left to rule 3.
        if len(found) != 1 or not clustering.join(number, found.pop()):
            unplaced.append(number)
    return clustering.groups(), unplaced


def _cluster_by_key(
    units: Sequence[Unit], unplaced: Iterable[int], cannot_link: Mapping[int, Set[int]]
) -> list[list[int]]:
    """Rule 3: the groups of the units that rules 1 and 2 do not place."""
    clustering = ConstrainedClustering(cannot_link)
    for number in unplaced:
        clustering.add(number, _keys(units[number]))
    return clustering.groups()


def _keys(skus: Iterable[SkuFacts]) -> set[str]:
    return {sku.match_key for sku in skus if sku.match_key is not None}


def _block(units: Sequence[Unit], barcodes_of: Mapping[str, set[str]]) -> Block:
    if len(units) == 1 and len(units[0]) == 1:
        (sku,) = units[0]
        return Block((sku.sku_id,), sku.barcode, {sku.sku_id: PlacementRule.ALONE})
    skus = sorted(chain.from_iterable(units), key=lambda sku: (sku.company, sku.sku))
    barcodes = [sku.barcode for sku in skus if sku.barcode is not None]
    return Block(
        tuple(sku.sku_id for sku in skus),
        min(barcodes, default=None),
        _rules(units, Counter(barcodes), barcodes_of),
    )


def _rules(
    units: Sequence[Unit], holders: Mapping[str, int], barcodes_of: Mapping[str, set[str]]
) -> dict[int, PlacementRule]:
    """Each member's rule in a block of several; `holders`: how many of them have each barcode."""
    skus = list(chain.from_iterable(units))
    attached = _attached(skus, holders, barcodes_of)
    sought = set(attached.values())
    # Within a unit, an equal key is not the reason: the operator's decision joined them.
    units_with_key = Counter(
        key for unit in units for key in _keys(sku for sku in unit if sku.barcode is None)
    )

    def rule(sku: SkuFacts) -> PlacementRule:
        if sku.barcode is not None and holders[sku.barcode] > 1:
            return PlacementRule.BARCODE
        if sku.sku_id in attached or sku.barcode in sought:
            return PlacementRule.KEY_WITH_ONE_BARCODE
        if sku.barcode is None and sku.match_key is not None and units_with_key[sku.match_key] > 1:
            return PlacementRule.SAME_KEY
        return PlacementRule.DECIDED

    return {sku.sku_id: rule(sku) for sku in skus}


def _attached(
    skus: Iterable[SkuFacts], holders: Mapping[str, int], barcodes_of: Mapping[str, set[str]]
) -> dict[int, str]:
    """For SKUs without a barcode, the one barcode of their key, if a member of the block has it."""
    attached: dict[int, str] = {}
    for sku in skus:
        if sku.barcode is None and sku.match_key is not None:
            found = barcodes_of.get(sku.match_key, set())
            if len(found) == 1 and not found.isdisjoint(holders):
                (attached[sku.sku_id],) = found
    return attached
