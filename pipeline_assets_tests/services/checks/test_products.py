"""Checks on products: SKUs without one, two barcodes, barcodes that contradict the names."""

import pytest

from pipeline_assets.services.checks.products import (
    PRODUCTS_HAVE_ONE_BARCODE,
    SHARED_BARCODES_AGREE,
    SKUS_HAVE_A_PRODUCT,
)
from pipeline_assets.services.operators.decide import decide
from pipeline_assets_tests.services.checks.judging import break_by, judged
from pipeline_assets_tests.workplace import Workplace, row

ON_BOTH_DATABASES = True

OATS, HONEY = "9300000000019", "9300000000026"


@pytest.fixture
def place(workplace: Workplace) -> Workplace:
    """Two companies that sell oats under one barcode, and one of them honey."""
    workplace.take(
        "a.jsonl",
        [
            row("1", 3, name="Rolled Oats 1kg", brand="Uncle", barcode=OATS),
            row("2", 5, name="Bush Honey 500g", brand="Uncle", barcode=HONEY),
        ],
    )
    theirs = row("1", 3, name="Oats Rolled 1 kg", barcode=OATS, company="coles", store_id="C1")
    workplace.take("b.jsonl", [theirs])
    return workplace


def test_all_is_well_with_products_as_the_pipeline_leaves_them(place: Workplace) -> None:
    for check in (SKUS_HAVE_A_PRODUCT, PRODUCTS_HAVE_ONE_BARCODE, SHARED_BARCODES_AGREE):
        verdict = judged(place, check)
        assert (verdict.passed, verdict.total, verdict.cause) == (True, 0, "none"), check.name
    assert judged(place, SKUS_HAVE_A_PRODUCT).summary == "Each of 3 SKUs belongs to a product."


def test_a_sku_without_a_product_is_named(place: Workplace) -> None:
    break_by(place, "UPDATE skus SET product_id = NULL WHERE company = 'coles'")
    verdict = judged(place, SKUS_HAVE_A_PRODUCT)
    assert not verdict.passed
    assert verdict.rows == [("coles", "1", "Oats Rolled 1 kg", None)]
    assert verdict.summary.startswith("1 of 3 SKUs belong to no product. Have them placed again")
    assert verdict.figures == {"offenders": 1, "skus": 3}


def test_what_the_docs_say_mends_skus_without_a_product(place: Workplace) -> None:
    break_by(
        place,
        "UPDATE skus SET product_id = NULL WHERE company = 'coles'",
        "UPDATE skus SET identity_file_id = (SELECT MAX(file_id) + 1 FROM ingested_files) "
        "WHERE product_id IS NULL",
    )
    place.post_process()
    assert judged(place, SKUS_HAVE_A_PRODUCT).passed
    assert place.one("SELECT COUNT(DISTINCT product_id) FROM skus WHERE sku = '1'") == 1


def test_a_product_with_two_barcodes_is_named(place: Workplace) -> None:
    break_by(place, f"UPDATE skus SET barcode = '{HONEY}' WHERE company = 'coles'")
    verdict = judged(place, PRODUCTS_HAVE_ONE_BARCODE)
    assert not verdict.passed
    (found,) = verdict.rows
    assert tuple(found[1:5]) == (2, OATS, HONEY, 0)
    assert verdict.summary.startswith("1 product with more than one barcode")


def test_what_the_docs_say_mends_a_product_with_two_barcodes(place: Workplace) -> None:
    break_by(
        place,
        f"UPDATE skus SET barcode = '{HONEY}' WHERE company = 'coles'",
        "UPDATE skus SET identity_file_id = (SELECT newest FROM (SELECT MAX(file_id) + 1 AS newest "
        "FROM ingested_files) AS files)",
    )
    place.post_process()
    assert judged(place, PRODUCTS_HAVE_ONE_BARCODE).passed


def test_an_operator_may_give_a_product_two_barcodes(place: Workplace) -> None:
    decide(place.pipeline, "same", "aldi/1", "aldi/2")
    assert place.one("SELECT COUNT(DISTINCT product_id) FROM skus") == 1
    assert judged(place, PRODUCTS_HAVE_ONE_BARCODE).passed


def test_one_decision_does_not_excuse_a_third_barcode(place: Workplace) -> None:
    decide(place.pipeline, "same", "aldi/1", "aldi/2")
    break_by(place, "UPDATE skus SET barcode = '9300000000033' WHERE company = 'coles'")
    verdict = judged(place, PRODUCTS_HAVE_ONE_BARCODE)
    assert not verdict.passed
    assert tuple(verdict.rows[0][1:5]) == (3, OATS, "9300000000033", 1)


def test_things_that_share_only_their_barcode_are_listed(place: Workplace) -> None:
    soap = row("7", 2, name="Floor Soap 1kg", barcode=OATS, company="iga", store_id="I1")
    place.take("c.jsonl", [soap])
    verdict = judged(place, SHARED_BARCODES_AGREE)
    assert not verdict.passed
    assert [tuple(found[:5]) for found in verdict.rows] == [
        (OATS, "aldi", "1", "iga", "7"),
        (OATS, "coles", "1", "iga", "7"),
    ]
    assert verdict.rows[0][5:] == ("Rolled Oats 1kg", "Floor Soap 1kg")


def test_the_cause_stays_while_the_same_things_contradict(place: Workplace) -> None:
    soap = row("7", 2, name="Floor Soap 1kg", barcode=OATS, company="iga", store_id="I1")
    place.take("c.jsonl", [soap])
    before = judged(place, SHARED_BARCODES_AGREE).cause
    break_by(place, "UPDATE skus SET name = 'Floor Soap Big 1kg' WHERE company = 'iga'")
    assert judged(place, SHARED_BARCODES_AGREE).cause == before
    decide(place.pipeline, "same", "aldi/1", "iga/7")
    assert judged(place, SHARED_BARCODES_AGREE).cause not in (before, "none")


def test_pairs_that_an_operator_has_judged_are_not_listed(place: Workplace) -> None:
    soap = row("7", 2, name="Floor Soap 1kg", barcode=OATS, company="iga", store_id="I1")
    place.take("c.jsonl", [soap])
    decide(place.pipeline, "same", "aldi/1", "iga/7")
    decide(place.pipeline, "same", "coles/1", "iga/7")
    assert judged(place, SHARED_BARCODES_AGREE).passed
