"""Which SKUs are one product: facts and operators' decisions in, a partition into blocks out.

Order, time and the number of runs do not matter. Which product ids the blocks keep or get is in
`plan`; how barcodes and match keys are made is in `normalisation.barcodes` and
`normalisation.match_keys`.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from enum import StrEnum
from itertools import chain, islice

import msgspec

from pipeline_assets.domain.products.constrained_clustering import Places, connected, first_come
from pipeline_assets.domain.products.facts import Decision, Shelves, SkuFacts, SkuPair
from pipeline_assets.domain.products.variants import Variants, find_variants


class PlacementRule(StrEnum):
    """What links a SKU to the rest of its block; if several apply, the first one listed here."""

    BARCODE = "barcode"  # rule 1: another SKU has its barcode
    KEY_WITH_ONE_BARCODE = "key_with_one_barcode"  # rule 2: by its key, or another by its barcode
    SAME_KEY = "same_key"  # rule 3: another SKU without a barcode has its match key
    DECIDED = "decided"  # rule 4: only an operator's *same*
    ALONE = "alone"  # there are no others


class Block(msgspec.Struct, frozen=True, gc=False):
    """SKUs that are one product.

    `members`: sku_ids by (company, sku), never empty; `barcode`: their lowest barcode;
    `rules`: for each member, why it is here.
    """

    members: tuple[int, ...]
    barcode: str | None
    rules: Mapping[int, PlacementRule]


Unit = tuple[SkuFacts, ...]
"""SKUs that an operator said are the same, by (company, sku); almost always a single one."""


def partition(
    skus: Iterable[SkuFacts], decisions: Iterable[Decision], shelves: Shelves
) -> list[Block]:
    """The products that these SKUs form, by their first member's (company, sku).

    `shelves`: of those that have any; only SKUs of one company share a shelf. Decisions and shelves
    of SKUs that are not given are ignored. If decisions contradict each other, *same* wins. A
    *never* separates even SKUs with equal barcodes; then the SKUs are placed by (company, sku),
    each with the first that it may share a product with.
    """
    ordered = sorted(skus, key=lambda sku: (sku.company, sku.sku))
    decided = list(decisions)
    units = _units(ordered, [(d.sku_id_a, d.sku_id_b) for d in decided if d.kind == "same"])
    never = _apart(units, [(d.sku_id_a, d.sku_id_b) for d in decided if d.kind == "never"])
    barcodes_of = barcodes_by_key(ordered)

    by_barcode, unplaced = _cluster_by_barcode(units, barcodes_of, never)
    by_key = _cluster_by_key(units, unplaced, never, _kept_apart(ordered, shelves))
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
    units: dict[int, Unit] = {number: (sku,) for number, sku in enumerate(ordered)}
    for first, *others in connected(dict(sorted(links.items()))):
        units[first] = tuple(ordered[number] for number in (first, *others))
        for number in others:
            del units[number]
    return list(units.values())


def _apart(units: Sequence[Unit], pairs: Sequence[SkuPair]) -> dict[int, list[Hashable]]:
    """Units that must stay apart, each with the pairs that it is in."""
    unit_of = {sku.sku_id: number for number, unit in enumerate(units) for sku in unit if pairs}
    apart: dict[int, list[Hashable]] = defaultdict(list)
    for pair in pairs:
        a, b = (unit_of.get(sku_id) for sku_id in pair)
        if a is not None and b is not None and a != b:
            apart[a].append(pair)
            apart[b].append(pair)
    return dict(apart)


def _cluster_by_barcode(
    units: Sequence[Unit],
    barcodes_of: Mapping[str, set[str]],
    never: Mapping[int, Collection[Hashable]],
) -> tuple[list[list[int]], list[int]]:
    """Rules 1 and 2: the groups with barcodes, and the units that are not in any of them."""
    barcodes: dict[int, tuple[str, ...]] = {}
    followed: dict[int, str] = {}
    unplaced: list[int] = []
    for number, unit in enumerate(units):
        own = {sku.barcode for sku in unit if sku.barcode is not None}
        # Two are as ambiguous as two thousand.
        found = {b for key in _keys(unit) for b in islice(barcodes_of.get(key, ()), 2)}
        if own:
            barcodes[number] = tuple(own)
        elif len(found) == 1:
            followed[number] = found.pop()
        else:
            unplaced.append(number)
    # If a *never* keeps a unit from every holder of its barcode, it is left to rule 3.
    groups, kept_away = first_come(barcodes, never, followed)
    return groups, sorted([*unplaced, *kept_away])


def _kept_apart(skus: Iterable[SkuFacts], shelves: Shelves) -> Variants:
    """What rule 3 keeps apart: variants, and what was sold side by side."""
    variants = find_variants(skus)
    both = {i: (*shelves.get(i, ()), *its) for i, its in variants.places.items()}
    return Variants({**shelves, **both} if both else shelves, variants.foes)


def _cluster_by_key(
    units: Sequence[Unit],
    unplaced: Iterable[int],
    never: Mapping[int, Collection[Hashable]],
    kept_apart: Variants,
) -> list[list[int]]:
    """Rule 3: the groups of the units that rules 1 and 2 do not place."""
    keys: dict[int, Collection[str]] = {}
    places: dict[int, Collection[Hashable]] = {}
    for number in unplaced:
        unit = units[number]
        keys[number] = tuple(_keys(unit))
        its = _places_of(unit, kept_apart.places)
        if its or number in never:
            places[number] = (*its, *never[number]) if number in never else its
    return first_come(keys, places, foes=kept_apart.foes)[0]


def _places_of(unit: Unit, places_of: Places) -> Collection[Hashable]:
    if len(unit) == 1:
        return places_of.get(unit[0].sku_id, ())
    return {place for sku in unit for place in places_of.get(sku.sku_id, ())}


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
