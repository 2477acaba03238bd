"""What operators decide on brand names: it goes before every rule, whatever its order."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline_assets.domain.brands.decisions import BrandDecision, DecidedBrands
from pipeline_assets.domain.brands.plan import (
    DEFAULT_THRESHOLDS,
    BrandFacts,
    BrandPlan,
    plan_brands,
)

NAMES = ("Kellogg", "Kellogg's", "Kelloggs Pty Ltd", "Tabasco", "Smith's", "Smiths")
BRANDS = [BrandFacts(name, (name,), frozenset("1"), 1) for name in NAMES]


def same(one: str, other: str) -> BrandDecision:
    return BrandDecision("same", one, other)


def never(one: str, other: str) -> BrandDecision:
    return BrandDecision("never", one, other)


def plan_with(*decisions: BrandDecision, brands: list[BrandFacts] = BRANDS) -> BrandPlan:
    return plan_brands(brands, DEFAULT_THRESHOLDS, DecidedBrands.of(decisions))


def partition(plan: BrandPlan, brands: list[BrandFacts] = BRANDS) -> set[frozenset[str]]:
    canonical = {each.alias: each.canonical for each in plan.translations}
    groups: dict[str, set[str]] = {}
    for brand in brands:
        groups.setdefault(canonical.get(brand.name, brand.name), set()).add(brand.name)
    return {frozenset(group) for group in groups.values()}


KELLOGG = frozenset(NAMES[:3])
TABASCO = frozenset(NAMES[3:4])
SMITHS = frozenset(NAMES[4:])


def test_without_decisions_the_rules_decide() -> None:
    assert partition(plan_with()) == {KELLOGG, TABASCO, SMITHS}


def test_same_joins_names_without_likeness_and_hinders_no_rule() -> None:
    plan = plan_with(same("Tabasco", "Kellogg"))

    assert partition(plan) == {KELLOGG | TABASCO, SMITHS}
    by_rule = {each.rule: each.confirmed.by for each in plan.translations}
    assert by_rule["decision"] == "decision"


def test_never_keeps_names_apart_that_a_rule_joins() -> None:
    assert partition(plan_with(never("Smiths", "Smith's"))) == {
        KELLOGG,
        TABASCO,
        frozenset({"Smith's"}),
        frozenset({"Smiths"}),
    }


def test_never_holds_for_all_that_the_names_are_one_with() -> None:
    """Any of the three joins any other by a rule: two of them never share a brand again."""
    found = partition(plan_with(never("Kellogg", "Kellogg's")))
    assert not any({"Kellogg", "Kellogg's"} <= group for group in found)

    through_one = partition(plan_with(same("Kellogg", "Smiths"), never("Kellogg's", "Smiths")))
    assert not any({"Kellogg", "Kellogg's"} <= group for group in through_one)
    assert any({"Kellogg", "Smiths", "Smith's"} <= group for group in through_one)


def test_a_name_that_no_sku_has_any_more_still_holds_others_together() -> None:
    decisions = same("Tabasco", "gone"), same("gone", "Smiths")
    assert partition(plan_with(*decisions)) == {KELLOGG, SMITHS | TABASCO}
    apart = same("Smiths", "gone"), never("gone", "Smith's")
    assert frozenset({"Smiths"}) in partition(plan_with(*apart))


def test_more_names_than_a_rule_would_join_are_joined_by_decisions() -> None:
    brands = [BrandFacts(f"name {n}", (f"Name {n}",)) for n in range(40)]
    decisions = [same("name 0", brand.name) for brand in brands[1:]]
    (group,) = partition(plan_with(*decisions, brands=brands), brands)
    assert len(group) == 40


@pytest.mark.parametrize(
    "decisions",
    [
        (same("a", "b"), never("a", "b")),
        (same("a", "b"), same("b", "c"), never("a", "c")),
        (same("a", "b"), same("c", "d"), same("b", "c"), never("d", "a")),
    ],
)
def test_contradictions_are_found_in_any_order(decisions: tuple[BrandDecision, ...]) -> None:
    assert all(DecidedBrands.of(order).contradicts() for order in permutations(decisions))
    assert not any(
        DecidedBrands.of(each for each in decisions if each != left).contradicts()
        for left in decisions
    )


@st.composite
def some_decisions(draw: st.DrawFn) -> list[BrandDecision]:
    kind, name = st.sampled_from(["same", "never"]), st.sampled_from([*NAMES, "gone"])
    pair = st.lists(name, min_size=2, max_size=2, unique=True)
    drawn = draw(st.lists(st.tuples(kind, pair), max_size=5))
    return [BrandDecision(kind, *sorted(pair)) for kind, pair in drawn]


@given(some_decisions())
def test_what_is_decided_holds_and_the_order_plays_no_part(decisions: list[BrandDecision]) -> None:
    decided = DecidedBrands.of(decisions)
    if decided.contradicts():
        return
    plan = plan_with(*decisions)
    groups = partition(plan)

    assert plan_with(*reversed(decisions), brands=BRANDS[::-1]) == plan
    for kind, one, other in decisions:
        if "gone" not in (one, other):
            is_one = any({one, other} <= group for group in groups)
            assert is_one == (kind == "same")
