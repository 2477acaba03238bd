"""The rules of `partition` taken literally: pair by pair, in sets, no index. Slow on purpose.

An oracle for small universes; it shares nothing with what it checks except the input's types.
"""

from collections.abc import Callable, Collection, Iterable, Sequence

from pipeline_assets.domain.products.facts import Decision, SkuFacts

Pile = list[SkuFacts]
"""SKUs that are together; the pile's first SKU is the lowest of those that opened it."""


def naive_partition(
    skus: Sequence[SkuFacts],
    decisions: Sequence[Decision],
    sold_together: Collection[tuple[int, int]],
) -> set[frozenset[int]]:
    """The sets of sku_ids that are one product each."""

    def said(kind: str, a: SkuFacts, b: SkuFacts) -> bool:
        asked = {a.sku_id, b.sku_id}
        return any(d.kind == kind and {d.sku_id_a, d.sku_id_b} == asked for d in decisions)

    def never(left: Pile, right: Pile) -> bool:
        return any(said("never", a, b) for a in left for b in right)

    def two(a: SkuFacts, b: SkuFacts) -> bool:
        sold = [{*pair} for pair in sold_together]
        return {a.sku_id, b.sku_id} in sold or _are_variants(a, b)

    def never_or_two(left: Pile, right: Pile) -> bool:
        return never(left, right) or any(two(a, b) for a in left for b in right)

    units = _as_decided([[sku] for sku in skus], lambda a, b: said("same", a, b))
    holders = [unit for unit in units if any(sku.barcode for sku in unit)]
    products = _first_come(holders, _share_barcode, never)

    unplaced: list[Pile] = []
    attached: list[tuple[Pile, Pile]] = []
    for unit in sorted((unit for unit in units if unit not in holders), key=_name):
        barcode = _one_barcode(unit, skus)
        homes = [
            product
            for product in products
            if barcode is not None
            and any(sku.barcode == barcode for sku in product)
            and not never(unit, product + [s for u, p in attached if p is product for s in u])
        ]
        if homes:
            attached.append((unit, homes[0]))
        else:
            unplaced.append(unit)
    for unit, product in attached:
        product.extend(unit)
    products += _first_come(unplaced, _share_key, never_or_two)
    return {frozenset(sku.sku_id for sku in product) for product in products}


def _as_decided(piles: list[Pile], same: Callable[[SkuFacts, SkuFacts], bool]) -> list[Pile]:
    """Join two piles that an operator's *same* links, and begin anew, until there are none."""
    for left in piles:
        for right in piles:
            if left is not right and any(same(a, b) for a in left for b in right):
                rest = [pile for pile in piles if pile is not left and pile is not right]
                return _as_decided([*rest, left + right], same)
    return [sorted(pile, key=_place) for pile in piles]


def _first_come(
    units: Iterable[Pile],
    linked: Callable[[Pile, Pile], bool],
    apart: Callable[[Pile, Pile], bool],
) -> list[Pile]:
    """The lowest unit first, each with all the piles that it has a link to and may go with."""
    piles: list[Pile] = []
    for unit in sorted(units, key=_name):
        mine = unit
        for pile in [*piles]:
            if linked(unit, pile) and not apart(mine, pile):
                piles = [other for other in piles if other is not pile]
                mine = sorted(mine + pile, key=_place)
        piles = sorted([*piles, mine], key=_name)
    return piles


def _one_barcode(unit: Pile, skus: Iterable[SkuFacts]) -> str | None:
    found = [other.barcode for other in skus if other.barcode and _share_key(unit, [other])]
    return found[0] if len({*found}) == 1 else None


def _share_barcode(left: Pile, right: Pile) -> bool:
    return any(a.barcode and a.barcode == b.barcode for a in left for b in right)


def _share_key(left: Pile, right: Pile) -> bool:
    return any(a.match_key and a.match_key == b.match_key for a in left for b in right)


def _are_variants(a: SkuFacts, b: SkuFacts) -> bool:
    """Of one company, with one key and no barcode; their pages' slugs are `…/word-word`."""
    if a.barcode or b.barcode or a.company != b.company or not _share_key([a], [b]):
        return False
    named = (a.match_key or "").split()
    ours, theirs = ({*(sku.url or "/").rpartition("/")[2].split("-")} - {""} for sku in (a, b))
    return bool(ours - theirs - {*named}) and bool(theirs - ours - {*named})


def _name(pile: Pile) -> tuple[str, str]:
    return min(_place(sku) for sku in pile)


def _place(sku: SkuFacts) -> tuple[str, str]:
    return sku.company, sku.sku
