"""The labelled pairs of the real files (`labels.csv`), labelled before the rules that they judge.

Each pair of differing names that share a barcode in the Coles and IGA files, and the pairs whose
names are alike in any of the files: `same` brand, `different`, or one of them names the `maker` of
goods of several brands. Judged by the real world; if in doubt, not the same.
"""

import csv
import gzip
import json
import random
from collections.abc import Iterable, Iterator
from itertools import combinations
from pathlib import Path

import pytest

from pipeline_assets.domain.brands.facts import (
    BrandedSku,
    address_words,
    collect_brand_facts,
)
from pipeline_assets.domain.brands.plan import plan_brands
from pipeline_assets.domain.normalisation.barcodes import normalise_barcode
from pipeline_assets.domain.normalisation.words import normalise_brand

LABELS = Path(__file__).parent / "labels.csv"


@pytest.fixture(scope="module")
def skus(real_scrapes: Path) -> list[BrandedSku]:
    return list(real_skus(real_scrapes))


@pytest.fixture(scope="module")
def labels() -> dict[tuple[str, str], str]:
    """What two names, normalised and in order, are to one another."""
    with LABELS.open(encoding="utf-8", newline="") as lines:
        return {
            in_order(normalise_brand(row["brand_a"]), normalise_brand(row["brand_b"])): row["label"]
            for row in csv.DictReader(lines)
        }


def in_order(one: str | None, other: str | None) -> tuple[str, str]:
    assert one
    assert other
    return min(one, other), max(one, other)


def real_skus(scrapes: Path) -> Iterator[BrandedSku]:
    """Each SKU as its last file shows it; Coles alone names the brand in its description."""
    rows = {}
    for path in sorted(scrapes.glob("*.gz"), key=lambda path: path.name[-19:]):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                row = json.loads(line)
                company = row["metadata"]["company"].lower()
                rows[company, str(row["product"]["sku"])] = row["product"]
    for (company, sku), row in rows.items():
        name = normalise_brand(row["brand"]) if row["brand"] else None
        if name:
            description = row.get("description") if company == "coles" else None
            yield BrandedSku(
                name,
                row["brand"],
                normalise_barcode(row["barcode"], sku) if row.get("barcode") else None,
                company,
                sku,
                (row["name"], description, address_words(row.get("url"))),
                "/".join(row.get("category_path") or ()),
            )


def test_every_pair_of_names_that_share_a_barcode_is_labelled(
    skus: list[BrandedSku], labels: dict[tuple[str, str], str]
) -> None:
    brands = collect_brand_facts(sku for sku in skus if sku.company in ("coles", "iga"))
    sharing = {
        in_order(one.name, other.name)
        for one, other in combinations(brands, 2)
        if one.barcodes & other.barcodes
    }

    assert len(sharing) >= 30
    assert sharing - labels.keys() == set()


def test_no_labelled_pair_is_merged_wrongly_and_seven_of_ten_are_merged(
    skus: list[BrandedSku], labels: dict[tuple[str, str], str]
) -> None:
    true, merged = outcome(skus, labels)
    missed = sorted(true - merged)
    print(f"labelled {len(labels)}, same {len(true)}, missed {len(missed)}: {missed}")

    assert merged - true == set()
    assert len(true) >= 70
    assert len(merged) >= 0.7 * len(true)


def test_makers_stay_apart(skus: list[BrandedSku], labels: dict[tuple[str, str], str]) -> None:
    """Each of them shares a name with a brand, and makes goods of other brands, too."""
    _, merged = outcome(skus, labels)
    for one, other in (
        ("Bega Cheese Limited", "Bega"),
        ("Coles Limited", "Coles"),
        ("FERRERO", "Ferrero Technical Services Srl"),
        ("General Mills Australia Pty Ltd", "GENERAL MILLS IBERICA S.A.U"),
        ("Green&#039;s General Foods Pty Limited", "Green's"),
        ("Riviana Foods Pty Ltd", "Riviana"),
        ("Vitasoy Australia Products Pty Ltd", "Vitasoy"),
    ):
        pair = in_order(normalise_brand(one), normalise_brand(other))
        assert labels[pair] == "maker"
        assert pair not in merged


@pytest.mark.parametrize("seed", range(6))
def test_half_of_the_skus_merge_no_pair_wrongly(
    skus: list[BrandedSku], labels: dict[tuple[str, str], str], seed: int
) -> None:
    chance = random.Random(seed)
    true, merged = outcome([sku for sku in skus if chance.random() < 0.5], labels)
    print(f"half {seed}: merged {len(merged & true)} of {len(true)}")

    assert merged - true == set()
    assert len(merged) >= 0.5 * len(true)


def outcome(
    skus: Iterable[BrandedSku], labels: dict[tuple[str, str], str]
) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
    """Of the labelled pairs whose names these SKUs have: the true ones, and the merged ones."""
    facts = collect_brand_facts(skus)
    canonical = {each.alias: each.canonical for each in plan_brands(facts).translations}
    names = {brand.name for brand in facts}
    known = {pair for pair in labels if names.issuperset(pair)}
    merged = {pair for pair in known if len({canonical.get(name, name) for name in pair}) == 1}
    return {pair for pair in known if labels[pair] == "same"}, merged
