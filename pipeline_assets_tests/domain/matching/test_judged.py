"""The suggestions that were judged by hand, and what the shipped model makes of the real files."""

import csv
from collections.abc import Mapping
from itertools import combinations
from pathlib import Path

import pytest

from pipeline_assets.domain.matching.company_skus import CompanySkus
from pipeline_assets.domain.matching.comparable import comparable
from pipeline_assets.domain.matching.model import shipped_model
from pipeline_assets.domain.matching.pairs import score_all
from pipeline_assets.domain.matching.suggestions import suggest
from training.truth import hidden, skus_in_files

JUDGED = Path(__file__).parent / "judged"


def rows(name: str) -> list[dict[str, str]]:
    with (JUDGED / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def sides(real_scrapes: Path) -> Mapping[str, CompanySkus]:
    skus = skus_in_files(real_scrapes)
    companies = ("aldi", "coles", "iga")
    return {one: CompanySkus.of([sku for sku in skus if sku.company == one]) for one in companies}


@pytest.mark.parametrize(
    ("name", "number", "least_right"), [("suggestions.csv", 60, 0.95), ("comparable.csv", 40, 0.85)]
)
def test_most_that_were_drawn_are_right(name: str, number: int, least_right: float) -> None:
    judged = rows(name)
    assert len(judged) == number
    assert all(row["reason"] and row["verdict"] in ("right", "wrong") for row in judged)
    assert sum(row["verdict"] == "right" for row in judged) >= least_right * number


def test_the_judged_suggestions_are_still_made(sides: Mapping[str, CompanySkus]) -> None:
    model = shipped_model()
    found = {
        (one.a.key, one.b.key)
        for a, b in combinations(sides, 2)
        for one in suggest(sides[a], sides[b], score_all(sides[a], sides[b], model), (), model)
    }
    judged = {
        ((row["company_a"], row["sku_a"]), (row["company_b"], row["sku_b"]))
        for row in rows("suggestions.csv")
    }
    assert len(judged) == 60
    assert judged - found == set()


def test_shared_barcodes_that_are_hidden_are_found_again(sides: Mapping[str, CompanySkus]) -> None:
    """The model has learnt from these barcodes: this says only that nothing broke."""
    model = shipped_model()
    known = {sku.sku_id: sku.barcode for side in sides.values() for sku in side.skus}
    a, b = (CompanySkus.of(hidden(sides[company].skus)) for company in ("coles", "iga"))
    found = suggest(a, b, score_all(a, b, model), (), model)
    both = [(known[one.a.sku_id], known[one.b.sku_id]) for one in found]
    judged = [one == other for one, other in both if one and other]
    assert len(judged) >= 50
    assert sum(judged) / len(judged) >= 0.97


def test_hundreds_of_comparable_pairs_are_offered(sides: Mapping[str, CompanySkus]) -> None:
    weight_of = shipped_model().weight_of
    pairs = [
        (pair.a.key, pair.b.key)
        for a, b in combinations(sides, 2)
        for pair in comparable(sides[a], sides[b], weight_of)
    ]
    assert len(pairs) == len(set(pairs)) >= 300
