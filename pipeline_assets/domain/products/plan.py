"""From the existing products to the ones there should be: which ids stay, which SKUs move.

The blocks come from `partition`, the wording for the record from `reasons`; the catalogue writes
the plan.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import msgspec

from pipeline_assets.domain.products.facts import SkuFacts
from pipeline_assets.domain.products.partition import Block
from pipeline_assets.domain.products.reasons import Grounds, Parting


class ProductFacts(msgspec.Struct, frozen=True, gc=False):
    """What the catalogue says about a product itself."""

    product_id: int
    barcode: str | None


@dataclass(frozen=True, slots=True)
class NewProduct:
    """A product that has no id yet: its position in `ProductPlan.created`."""

    index: int


class ProductSummary(NamedTuple):
    """What a product shows from its SKUs: the lowest barcode; the SKU lowest by (company, SKU)."""

    barcode: str | None
    display_sku_id: int


class CreatedProduct(msgspec.Struct, frozen=True, gc=False):
    """A new product and all its SKUs, by (company, SKU); they are not among the plan's `moves`."""

    members: tuple[int, ...]
    summary: ProductSummary


@dataclass(frozen=True, slots=True)
class ProductMerge:
    """A product id that is retired and resolves to the survivor from now on."""

    retired_id: int
    survivor_id: int
    reason: str
    evidence: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class ProductSplit:
    """SKUs, by (company, SKU), that leave a product that continues, itself or in its survivor."""

    from_product_id: int
    into: int | NewProduct
    sku_ids: tuple[int, ...]
    reason: str
    evidence: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class ProductPlan:
    """What to do, in this order: create, move SKUs, retire merged products, write summaries.

    `moves`: sku_id → id of the existing product that it moves to; `summaries`: product_id → what it
    shows, for existing products that stay and whose SKUs or barcode change.
    """

    created: tuple[CreatedProduct, ...]
    moves: Mapping[int, int]
    merges: tuple[ProductMerge, ...]
    splits: tuple[ProductSplit, ...]
    summaries: Mapping[int, ProductSummary]

    @property
    def is_empty(self) -> bool:
        """Whether nothing has to change."""
        return not (self.created or self.moves or self.merges or self.splits or self.summaries)


def plan_products(
    blocks: Sequence[Block],
    current: Mapping[int, int | None],
    products: Mapping[int, ProductFacts],
    grounds: Grounds,
) -> ProductPlan:
    """How the SKUs of these blocks get from their products to one product per block.

    `blocks`: as `partition.partition` returns them, from the facts in `grounds`; `current`: the
    product of each of their SKUs, None for a SKU that has none yet; `products`: all that occur in
    `current`. The neighbourhood is closed: every SKU of these products is in a block.

    Each product is owned by one of the blocks that have its SKUs: the one that has its barcode,
    then the one with more of its SKUs, then the first. Of the products that a block owns, the one
    with a barcode stays, then the one with more SKUs, then the older. A block that owns none gets a
    new product.
    """
    owners = _owners(blocks, current, products, grounds.facts)
    survivors = _survivors(owners, current, products)
    targets, created = _targets(blocks, survivors)
    moves = {
        sku_id: target
        for block, target in zip(blocks, targets, strict=True)
        if not isinstance(target, NewProduct)
        for sku_id in block.members
        if current[sku_id] != target
    }
    merges, splits = _records(blocks, current, owners, targets, grounds)
    changed = {*moves.values(), *(split.from_product_id for split in splits)}
    summaries = {
        product_id: ProductSummary(blocks[index].barcode, blocks[index].members[0])
        for index, product_id in survivors.items()
        if product_id in changed or products[product_id].barcode != blocks[index].barcode
    }
    return ProductPlan(created, moves, merges, splits, summaries)


def _owners(
    blocks: Sequence[Block],
    current: Mapping[int, int | None],
    products: Mapping[int, ProductFacts],
    facts: Mapping[int, SkuFacts],
) -> dict[int, int]:
    """Each product's owner, as a block's index."""
    claims: dict[int, tuple[bool, int, int]] = {}
    for index, block in enumerate(blocks):
        barcodes = {facts[sku_id].barcode for sku_id in block.members} - {None}
        for product_id, sku_ids in _by_product(block.members, current).items():
            claim = (products[product_id].barcode in barcodes, len(sku_ids), -index)
            claims[product_id] = max(claims.get(product_id, claim), claim)
    return {product_id: -claim[2] for product_id, claim in claims.items()}


def _survivors(
    owners: Mapping[int, int],
    current: Mapping[int, int | None],
    products: Mapping[int, ProductFacts],
) -> dict[int, int]:
    """The product that stays, by the block's index; a block that owns none is left out."""
    sizes = Counter(current.values())

    def precedence(product_id: int) -> tuple[bool, int, int]:
        return products[product_id].barcode is None, -sizes[product_id], product_id

    survivors: dict[int, int] = {}
    for product_id in sorted(owners, key=precedence):
        survivors.setdefault(owners[product_id], product_id)
    return survivors


def _targets(
    blocks: Sequence[Block], survivors: Mapping[int, int]
) -> tuple[list[int | NewProduct], tuple[CreatedProduct, ...]]:
    targets: list[int | NewProduct] = []
    created: list[CreatedProduct] = []
    for index, block in enumerate(blocks):
        if index in survivors:
            targets.append(survivors[index])
        else:
            targets.append(NewProduct(len(created)))
            summary = ProductSummary(block.barcode, block.members[0])
            created.append(CreatedProduct(block.members, summary))
    return targets, tuple(created)


def _records(
    blocks: Sequence[Block],
    current: Mapping[int, int | None],
    owners: Mapping[int, int],
    targets: Sequence[int | NewProduct],
    grounds: Grounds,
) -> tuple[tuple[ProductMerge, ...], tuple[ProductSplit, ...]]:
    """The merges and splits; a SKU that had no product yet is in neither."""
    merges: list[ProductMerge] = []
    splits: list[ProductSplit] = []
    kept_by: dict[int, dict[int, list[int]]] = {}  # by the owner: many may leave one product
    for block, target in zip(blocks, targets, strict=True):
        for product_id, sku_ids in sorted(_by_product(block.members, current).items()):
            number = owners[product_id]
            owner = blocks[number]
            if owner is not block:
                if number not in kept_by:
                    kept_by[number] = _by_product(owner.members, current)
                kept = kept_by[number][product_id]
                ground = grounds.why_two(Parting(sku_ids, block, kept, owner))
                splits.append(ProductSplit(product_id, target, tuple(sku_ids), *ground))
            elif product_id != target and not isinstance(target, NewProduct):
                ground = grounds.why_one(block, sku_ids)
                merges.append(ProductMerge(product_id, target, *ground))
    return tuple(merges), tuple(splits)


def _by_product(sku_ids: Iterable[int], current: Mapping[int, int | None]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    for sku_id in sku_ids:
        product_id = current[sku_id]
        if product_id is not None:
            found[product_id].append(sku_id)
    return found
