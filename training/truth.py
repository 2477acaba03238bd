"""SKUs from scrape files or a catalogue, and what their barcodes say about pairs of them."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import log
from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt
from sqlalchemy import text

from pipeline_assets.catalogue.database.engine import engine_for, reading
from pipeline_assets.domain.matching.company_skus import CompanySkus
from pipeline_assets.domain.matching.features import FEATURES, compare, features
from pipeline_assets.domain.matching.goods import MatchableSku
from pipeline_assets.domain.matching.model import MatchingModel, Thresholds
from pipeline_assets.domain.matching.pairs import ScoredPairs, score_all
from pipeline_assets.domain.matching.vetoes import is_vetoed
from pipeline_assets.domain.products.contradictions import names_contradict
from pipeline_assets.domain.retailers import retailer_of
from pipeline_assets.domain.snapshots.listing import RawProduct, RowRejection, to_listing
from training.lines import products_in

_LEAST_WORDS = 2  # SKUs that must have a word, for the model to name it

_READ = """
    SELECT s.sku_id, s.company, s.sku, s.name, s.brand_name, s.size, c.path, s.description,
           s.barcode, MIN(p.price_cents)
    FROM skus s LEFT JOIN categories c ON c.category_id = s.category_id
    LEFT JOIN prices p ON p.sku_id = s.sku_id
    GROUP BY s.sku_id ORDER BY s.company, s.sku
"""


def skus_in_catalogue(url: str) -> list[MatchableSku]:
    """The SKUs of a catalogue, with their lowest prices of today."""
    engine = engine_for(url)
    with reading(engine) as connection:
        rows = connection.execute(text(_READ)).all()
    names = ("sku_id", "company", "sku", "name", "brand", "size", "category_path", "description")
    return [
        MatchableSku(**dict(zip((*names, "barcode", "price_cents"), row, strict=True)))
        for row in rows
    ]


def skus_in_files(folder: Path) -> list[MatchableSku]:
    """The SKUs of all scrape files in a folder, each as its newest file has it."""
    found: dict[tuple[str, str], MatchableSku] = {}
    for company, product in products_in(folder):
        raw = RawProduct(
            **{key: value for key, value in product.items() if key in RawProduct.__struct_fields__}
        )
        try:
            keeps = retailer_of(company).describes_by_shelf_name
            listing = to_listing(0, raw, {}, keeps_description=keeps)
        except RowRejection:
            continue
        found[company, listing.sku] = MatchableSku(
            sku_id=0,
            company=company,
            sku=listing.sku,
            name=listing.facts.name,
            brand=listing.facts.brand,
            size=listing.facts.size,
            category_path=listing.facts.category_path,
            description=listing.facts.description,
            barcode=listing.barcode,
            price_cents=listing.price_cents,
        )
    return [msgspec.structs.replace(found[key], sku_id=n) for n, key in enumerate(sorted(found))]


def hidden(skus: Iterable[MatchableSku]) -> list[MatchableSku]:
    """The SKUs without their barcodes."""
    return [msgspec.structs.replace(sku, barcode=None) for sku in skus]


def with_weights(sides: Sequence[CompanySkus]) -> MatchingModel:
    """A model that knows words, but finds all pairs equally likely."""
    counts = Counter(word for side in sides for goods in side.goods for word in goods.said)
    total = sum(len(side.skus) for side in sides)
    weights = {
        word: round(log((total + 1) / (count + 1)), 3)
        for word, count in sorted(counts.items())
        if count >= _LEAST_WORDS
    }
    return MatchingModel(
        model_version="untrained",
        features=FEATURES,
        coefficients=(0.0,) * len(FEATURES),
        intercept=0.0,
        thresholds=Thresholds(same=0.5, size_unconfirmed=0.5, margin=0.0),
        rare_weight=round(log((total + 1) / 2), 3),
        weights=weights,
    )


@dataclass(frozen=True)
class LabelledPairs:
    """All pairs of two companies that no rule excludes, and what barcodes say about them.

    `labels`: 1 for one barcode, 0 for two, -1 if a SKU has none, or if the names under one barcode
    contradict one another.
    """

    a: CompanySkus
    b: CompanySkus
    pairs: ScoredPairs
    rows: npt.NDArray[np.int64]
    columns: npt.NDArray[np.int64]
    numbers: npt.NDArray[np.float64]
    labels: npt.NDArray[np.int64]


def label(a: CompanySkus, b: CompanySkus, model: MatchingModel) -> LabelledPairs:
    """Look at every pair; barcodes are only used for the labels."""
    pairs = score_all(a, b, model)
    rows, columns = a.rows_of(pairs.a), b.rows_of(pairs.b)
    kept, numbers, labels = [], [], []
    for one, (row, column) in enumerate(zip(rows.tolist(), columns.tolist(), strict=True)):
        ours, theirs = a.goods[row], b.goods[column]
        if is_vetoed(ours, theirs, model.weight_of):
            continue
        pair = compare(ours, theirs, int(pairs.cosines_e6[one]) / 1_000_000, model.weight_of)
        kept.append(one)
        numbers.append(features(pair, model.weight_of))
        labels.append(_label(ours.sku, theirs.sku))
    at = np.array(kept, np.int64)
    chosen = ScoredPairs(
        pairs.a[at],
        pairs.b[at],
        pairs.cosines_e6[at],
        pairs.scores_e6[at],
        pairs.of_a[at],
        pairs.of_b[at],
    )
    return LabelledPairs(
        a, b, chosen, rows[at], columns[at], np.array(numbers), np.array(labels, np.int64)
    )


def _label(a: MatchableSku, b: MatchableSku) -> int:
    if a.barcode is None or b.barcode is None:
        return -1
    if a.barcode != b.barcode:
        return 0
    return -1 if names_contradict(a.name, a.brand, b.name, b.brand) else 1


def true_pairs(a: CompanySkus, b: CompanySkus) -> list[tuple[int, int]]:
    """The rows of both sides that share a barcode, and whose names do not contradict each other."""
    of_barcode = {sku.barcode: row for row, sku in enumerate(b.skus) if sku.barcode}
    return [
        (row, of_barcode[sku.barcode])
        for row, sku in enumerate(a.skus)
        if sku.barcode in of_barcode and _label(sku, b.skus[of_barcode[sku.barcode]]) == 1
    ]
