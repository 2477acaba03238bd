"""Checks on store groups: stores in none or in a wrong one, members unlike their anchors."""

from datetime import timedelta

import pytest

from pipeline_assets.services.checks.groups import MEMBERS_MATCH_ANCHORS, STORES_ARE_IN_ONE_GROUP
from pipeline_assets.services.post_processing.options import PostProcessingOptions
from pipeline_assets_tests.services.checks.judging import break_by, judged
from pipeline_assets_tests.workplace import Clock, Workplace, row

ON_BOTH_DATABASES = True

SKUS = 50


@pytest.fixture
def place(workplace: Workplace) -> Workplace:
    """Two stores of one company with the same prices, in one group, and one of another company."""
    now = workplace.pipeline.clock()
    workplace.change(clock=Clock(now))
    day = now.date().isoformat()
    for store_id in ("G1", "G2"):
        rows = [row(sku, 2, name=f"Tea {sku}", store_id=store_id, day=day) for sku in range(SKUS)]
        workplace.take(f"{store_id}.jsonl", rows)
    workplace.take("c.jsonl", [row(company="coles", store_id="C1", day=day)])
    workplace.post_process()
    assert workplace.one("SELECT COUNT(*) FROM store_groups") == 2
    return workplace


def test_all_is_well_with_groups_as_post_processing_leaves_them(place: Workplace) -> None:
    verdict = judged(place, STORES_ARE_IN_ONE_GROUP)
    assert verdict.passed
    assert verdict.summary == "Each of 3 stores is in exactly one of 2 groups."
    assert judged(place, MEMBERS_MATCH_ANCHORS).passed


def test_a_store_in_no_group_is_named_and_the_docs_mend_it(place: Workplace) -> None:
    break_by(place, "DELETE FROM store_group_members WHERE store_id = 'G2'")
    verdict = judged(place, STORES_ARE_IN_ONE_GROUP)
    assert not verdict.passed
    assert verdict.rows == [("aldi", "G2", "is in no group")]
    break_by(
        place,
        "INSERT INTO store_groups (company, anchor_store_id) VALUES ('aldi', 'G2')",
        "INSERT INTO store_group_members (company, store_id, group_id) SELECT company, "
        "anchor_store_id, group_id FROM store_groups WHERE anchor_store_id = 'G2'",
    )
    assert judged(place, STORES_ARE_IN_ONE_GROUP).passed


def test_a_store_in_another_companys_group_is_named(place: Workplace) -> None:
    break_by(
        place,
        "UPDATE store_group_members SET group_id = (SELECT group_id FROM store_groups "
        "WHERE company = 'coles') WHERE store_id = 'G2'",
    )
    verdict = judged(place, STORES_ARE_IN_ONE_GROUP)
    assert verdict.rows == [("aldi", "G2", "is in a group of another company")]


def test_a_store_whose_group_is_gone_is_named(place: Workplace) -> None:
    break_by(place, "UPDATE store_group_members SET group_id = 999 WHERE store_id = 'C1'")
    assert judged(place, STORES_ARE_IN_ONE_GROUP).rows == [
        ("coles", "C1", "is in a group of another company"),
        ("coles", "C1", "is the anchor of a group that it is not in"),
    ]


def test_a_member_whose_prices_are_not_its_anchors_is_named(place: Workplace) -> None:
    break_by(
        place,
        "UPDATE prices SET price_cents = 900 WHERE store_key = (SELECT store_key FROM stores "
        "WHERE store_id = 'G2') AND sku_id <= 10",
    )
    verdict = judged(place, MEMBERS_MATCH_ANCHORS)
    assert not verdict.passed
    assert [tuple(map(str, found)) for found in verdict.rows] == [
        ("aldi", "G2", "G1", "50", "40", "50")
    ]


def test_a_member_that_sells_too_little_of_its_anchors_list_is_named(place: Workplace) -> None:
    break_by(
        place,
        "DELETE FROM prices WHERE store_key = (SELECT store_key FROM stores "
        "WHERE store_id = 'G2') AND sku_id > 20",
    )
    verdict = judged(place, MEMBERS_MATCH_ANCHORS)
    assert [tuple(map(str, found)) for found in verdict.rows] == [
        ("aldi", "G2", "G1", "20", "20", "50")
    ]


def test_a_member_with_no_price_at_all_is_named(place: Workplace) -> None:
    break_by(
        place,
        "DELETE FROM prices WHERE store_key = (SELECT store_key FROM stores WHERE store_id = 'G2')",
    )
    assert judged(place, MEMBERS_MATCH_ANCHORS).total == 1


def test_thresholds_and_currency_are_those_of_the_run(place: Workplace) -> None:
    break_by(
        place,
        "UPDATE prices SET price_cents = 900 WHERE store_key = (SELECT store_key FROM stores "
        "WHERE store_id = 'G2') AND sku_id <= 10",
    )
    lenient = PostProcessingOptions(min_agreement="0.8")
    assert judged(place, MEMBERS_MATCH_ANCHORS, lenient).passed
    place.change(clock=Clock(place.pipeline.clock() + timedelta(days=30)))
    assert judged(place, MEMBERS_MATCH_ANCHORS).passed  # it is not current, and stays
    relaxed = PostProcessingOptions(relaxed_staleness=True)
    assert judged(place, MEMBERS_MATCH_ANCHORS, relaxed).total == 1


def test_what_the_docs_say_mends_a_group(place: Workplace) -> None:
    break_by(
        place,
        "UPDATE prices SET price_cents = 900 WHERE store_key = (SELECT store_key FROM stores "
        "WHERE store_id = 'G2') AND sku_id <= 10",
        "DELETE FROM store_comparisons",
    )
    place.post_process()
    assert judged(place, MEMBERS_MATCH_ANCHORS).passed
    assert place.one("SELECT COUNT(*) FROM store_groups") == 3
