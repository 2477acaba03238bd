"""Suggestions follow facts and decisions, equal a run from scratch, and change no product."""

import random
from contextlib import suppress
from datetime import date, timedelta
from typing import Any

import msgspec
import pytest
from sqlalchemy import delete, text

from pipeline_assets.catalogue.database.engine import writing
from pipeline_assets.catalogue.schema import comparable_pairs, matching_memory, sku_suggestions
from pipeline_assets.domain.matching.model import shipped_model
from pipeline_assets.errors import UsageError
from pipeline_assets.services.operators.decide import decide
from pipeline_assets.services.post_processing.options import PostProcessingOptions
from pipeline_assets.services.post_processing.reports import StepReport
from pipeline_assets.services.post_processing.step import Step
from pipeline_assets.services.post_processing.steps import run_step
from pipeline_assets.services.post_processing.suggestions import (
    SUGGESTED_MATCHES,
    suggest_matches,
)
from pipeline_assets_tests.services.suggested import (
    ALDI,
    COLES,
    JAM,
    SAME_JAM,
    states,
    suggestions,
    take_both,
)
from pipeline_assets_tests.soaks import SEED, rounds
from pipeline_assets_tests.workplace import Workplace

ON_BOTH_DATABASES = True


def post_process(place: Workplace) -> StepReport:
    """All steps; returns the report of this one."""
    return next(one for one in place.post_process() if one.step == SUGGESTED_MATCHES.name)


def alone(place: Workplace) -> StepReport:
    return run_step(place.pipeline, SUGGESTED_MATCHES, PostProcessingOptions())


def partition(place: Workplace) -> set[frozenset[str]]:
    """The products, each as its SKUs."""
    blocks: dict[int, set[str]] = {}
    for company, sku, product_id in place.rows("SELECT company, sku, product_id FROM skus"):
        blocks.setdefault(product_id, set()).add(f"{company}/{sku}")
    return {frozenset(block) for block in blocks.values()}


def test_two_names_of_one_thing_are_suggested_and_become_no_product(workplace: Workplace) -> None:
    take_both(workplace, [JAM], [SAME_JAM])
    before = partition(workplace)
    report = post_process(workplace)
    (found,) = workplace.rows("SELECT * FROM match_suggestions")
    assert found[:6] == ("aldi", "1", JAM["name"], "coles", "7", SAME_JAM["name"])
    assert 0.8 < float(found[6]) < 1
    assert found[7] == "same"
    assert found[8].startswith("brand: ottoline / ottoline; both say strawberry, jam; only coles")
    assert found[9] == shipped_model().model_version
    assert found[11] == "open"
    assert partition(workplace) == before
    assert (report.changes["new"], report.facts["open"], report.rows) == (1, 1, 1)
    assert report.tables["best_open"][0]["first SKU"] == "aldi/1"
    assert alone(workplace).changed == 0


@pytest.mark.parametrize(("kind", "state"), [("same", "confirmed"), ("never", "refused")])
def test_a_decision_changes_the_state_at_once_and_its_undoing_opens_the_pair_again(
    workplace: Workplace, kind: Any, state: str
) -> None:
    take_both(workplace, [JAM], [SAME_JAM])
    post_process(workplace)
    before, prices = partition(workplace), workplace.rows("SELECT * FROM prices")
    history = workplace.rows("SELECT * FROM price_history")
    decide(workplace.pipeline, kind, "coles/7", "aldi/1")
    assert states(workplace) == {("1", "7"): state}
    report = post_process(workplace)
    assert states(workplace) == {("1", "7"): state}
    is_one = frozenset({"aldi/1", "coles/7"}) in partition(workplace)
    assert is_one == (kind == "same")
    assert report.facts["precision_percent"] == (100 if kind == "same" else 0)
    assert report.facts["open"] == 0
    decide(workplace.pipeline, None, "aldi/1", "coles/7")
    assert states(workplace) == {("1", "7"): "open"}
    assert post_process(workplace).facts["open"] == 1
    assert partition(workplace) == before
    assert workplace.rows("SELECT * FROM prices") == prices
    assert workplace.rows("SELECT * FROM price_history") == history


def test_a_pair_that_is_no_longer_suggested_is_withdrawn_and_may_come_back(
    workplace: Workplace,
) -> None:
    take_both(workplace, [JAM], [SAME_JAM])
    post_process(workplace)
    take_both(workplace, [JAM], [SAME_JAM | {"size": "500g"}], day=2)
    assert post_process(workplace).changes["newly_withdrawn"] == 1
    assert states(workplace) == {("1", "7"): "withdrawn"}
    take_both(workplace, [JAM], [SAME_JAM], day=3)
    assert post_process(workplace).changes["opened_again"] == 1
    assert states(workplace) == {("1", "7"): "open"}


def test_a_barcode_that_proves_the_pair_ends_the_suggestion(workplace: Workplace) -> None:
    take_both(workplace, [JAM], [SAME_JAM])
    post_process(workplace)
    barcode = {"barcode": "9300605051645"}
    take_both(workplace, [JAM | barcode], [SAME_JAM | barcode], day=2)
    post_process(workplace)
    assert states(workplace) == {("1", "7"): "withdrawn"}


@pytest.mark.parametrize(
    "facts",
    [
        {"description": "OTTOLINE RASPBERRY JAM"},
        {"category_path": ["Fruit & Vegetables", "Fruit"]},
        {"price_current": 60},
    ],
)
def test_facts_that_decide_no_product_are_followed_too(
    workplace: Workplace, facts: dict[str, Any]
) -> None:
    """Their changes leave no mark in `skus.identity_file_id`."""
    unknown = SAME_JAM | {"size": "Each"}
    take_both(workplace, [JAM], [unknown])
    post_process(workplace)
    kept = suggestions(workplace)
    assert [one[3] for one in kept] == ["size unconfirmed"]
    take_both(workplace, [JAM], [unknown | facts], day=2)
    post_process(workplace)
    followed = suggestions(workplace)
    assert followed != kept
    begin_anew(workplace)
    alone(workplace)
    assert [one for one in followed if one[-1] == "open"] == suggestions(workplace)


def test_variants_of_one_company_are_offered_as_such(workplace: Workplace) -> None:
    page = "https://shop.example/p/dew-gel-"
    gels = [
        {"sku": sku, "name": "Dew Shower Gel 1L", "price_current": 2, "url": f"{page}{slug}-1l"}
        for sku, slug in (("21", "active-sport"), ("22", "aqua-revive"))
    ]
    take_both(workplace, [gels[0]], [])
    take_both(workplace, [gels[1]], [], store=2)
    post_process(workplace)
    found = workplace.rows(
        "SELECT sku_a, sku_b, confidence, class, model_version, evidence FROM match_suggestions"
    )
    assert found == [
        (
            "21",
            "22",
            None,
            "variant",
            None,
            "same name, brand and sizes; only one page's address says active, sport, the other's "
            "aqua, revive",
        )
    ]
    decide(workplace.pipeline, "same", "aldi/21", "aldi/22")
    report = post_process(workplace)
    assert states(workplace) == {("21", "22"): "confirmed"}
    assert "precision_percent" not in report.facts  # no model has found it


def test_own_brands_side_by_side_are_comparable_and_suggest_nothing(workplace: Workplace) -> None:
    milk = {"sku": "3", "name": "Full Cream Milk 2L", "brand": "FARMDALE", "price_current": 3.1}
    other = {
        "sku": "4",
        "name": "Full Cream Milk",
        "brand": "Coles",
        "price_current": 3.2,
        "size": "2L",
    }
    take_both(workplace, [milk], [other])
    report = post_process(workplace)
    found = workplace.rows(
        "SELECT company_a, sku_a, company_b, sku_b, price_a, price_b, reason "
        "FROM comparable_products"
    )
    ((*skus, price, other_price, reason),) = found
    assert skus == ["aldi", "3", "coles", "4"]
    assert (float(price), float(other_price)) == (3.1, 3.2)
    assert reason.startswith("both are full, cream, milk; 2000 ml")
    assert (report.changes["comparable_new"], report.facts["open"]) == (1, 0)
    take_both(workplace, [milk | {"name": "Skim Milk 2L"}], [], day=2)
    assert post_process(workplace).changes["comparable_removed"] == 1


def test_another_model_has_everything_looked_at_again(workplace: Workplace) -> None:
    take_both(workplace, [JAM], [SAME_JAM])
    post_process(workplace)
    other = msgspec.structs.replace(shipped_model(), model_version="2-other")
    step = Step("suggested_matches", "", lambda context: suggest_matches(context, other))
    report = run_step(workplace.pipeline, step, PostProcessingOptions())
    assert report.facts["skus_changed"] == len(ALDI) + len(COLES) + 2
    assert workplace.rows("SELECT model_version, state FROM match_suggestions") == [
        ("2-other", "open")
    ]


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x03\x04 cut off"])
def test_damaged_memory_costs_time_and_nothing_else(workplace: Workplace, content: bytes) -> None:
    take_both(workplace, [JAM], [SAME_JAM])
    post_process(workplace)
    kept = suggestions(workplace)
    with writing(workplace.pipeline.engine) as connection:
        connection.execute(text("UPDATE matching_memory SET content = :it"), {"it": content})
    report = alone(workplace)
    assert (report.changed, suggestions(workplace)) == (0, kept)
    assert report.facts["skus_changed"] > 0
    assert alone(workplace).facts["skus_changed"] == 0


WORDS = ("Strawberry Jam", "Raspberry Jam", "Corn Chips", "Tomato Soup", "Full Cream Milk")
BRANDS = ("Ottoline", "Brasswick", "Farmdale", None)
SIZES = ("375g", "500g", "1L", "Each", None)


def drawn(chance: random.Random, sku: str) -> dict[str, Any]:
    brand = chance.choice(BRANDS)
    named = f"{brand} " if brand and chance.random() < 0.5 else ""
    return {
        "sku": sku,
        "name": f"{named}{chance.choice(WORDS)}",
        "brand": brand,
        "size": chance.choice(SIZES),
        "price_current": chance.choice((3, 3.5, 8)),
        "description": f"{brand} {chance.choice(WORDS)}" if chance.random() < 0.2 else None,
        "barcode": "9300605051645" if chance.random() < 0.05 else None,
        "url": f"https://shop.example/p/{chance.choice(('red', 'blue', 'jam'))}-x",
    }


def begin_anew(place: Workplace) -> None:
    """Forget all that the step has kept."""
    with writing(place.pipeline.engine) as connection:
        for table in (sku_suggestions, comparable_pairs, matching_memory):
            connection.execute(delete(table))


def outcome(place: Workplace) -> list[Any]:
    return [
        [one for one in suggestions(place) if one[-1] == "open"],
        sorted(place.rows("SELECT * FROM comparable_pairs")),
    ]


@pytest.mark.parametrize("full", [2, pytest.param(40, marks=pytest.mark.repeats)])
def test_after_any_history_the_outcome_is_that_of_a_run_from_scratch(
    workplace: Workplace, full: int
) -> None:
    seen = 0
    day = 0
    for number in range(rounds(full)):
        chance = random.Random(f"{SEED}-{number}")
        print(f"seed {SEED}, round {number}")
        shops = {company: {str(n): drawn(chance, str(n)) for n in range(12)} for company in "ac"}
        for _ in range(5):
            day += 1
            for shop in shops.values():
                for sku in chance.sample(sorted(shop), 3):
                    shop[sku] = drawn(chance, sku)
            take_both(workplace, list(shops["a"].values()), list(shops["c"].values()), day=day)
            with suppress(UsageError):
                pair = f"aldi/{chance.randint(0, 11)}", f"coles/{chance.randint(0, 11)}"
                decide(workplace.pipeline, chance.choice(("same", "never", None)), *pair)
            post_process(workplace)
            assert alone(workplace).changed == 0
        kept = outcome(workplace)
        seen += len(kept[0]) + len(kept[1])
        begin_anew(workplace)
        alone(workplace)
        assert outcome(workplace) == kept
    assert seen > 0


def test_the_day_of_a_suggestion_is_the_local_one(workplace: Workplace) -> None:
    take_both(workplace, [JAM], [SAME_JAM])
    post_process(workplace)
    ((shown,),) = workplace.rows("SELECT suggested_date FROM match_suggestions")
    day = date.fromisoformat(str(shown))
    local = workplace.pipeline.clock() + timedelta(hours=12)
    assert abs(day - local.date()) <= timedelta(days=1)


def test_names_from_files_are_escaped_in_the_table(workplace: Workplace) -> None:
    from pipeline_assets.orchestration.post_processing import step_metadata

    sign = "| <b>[x](y)</b>"
    take_both(
        workplace,
        [JAM | {"name": f"{JAM['name']} {sign}"}],
        [SAME_JAM | {"name": f"{SAME_JAM['name']} {sign}"}],
    )
    report = post_process(workplace)
    assert report.facts["open"] == 1
    shown = str(step_metadata(report)["best_open"].value)
    assert "<b>" not in shown
    assert "[x](y)" not in shown
    assert len(shown.splitlines()) == 3
