"""Operators' decisions on brands: at once, for later files too, and back again exactly."""

import json

import pytest

from pipeline_assets.errors import UsageError
from pipeline_assets.services.operators.decide_brands import decide_brands
from pipeline_assets_tests.end_to_end.stories import post_process
from pipeline_assets_tests.workplace import Workplace, row

ON_BOTH_DATABASES = True
BARCODE = "9300000000019"
LEGAL, SHORT, OTHER = "Kellogg (Aust) Pty Ltd", "Kellogg's", "Tabasco"


@pytest.fixture
def place(workplace: Workplace) -> Workplace:
    """A legal entity and its brand, which a barcode makes one, and a brand without likeness."""
    take(workplace, "coles", 1, LEGAL)
    take(workplace, "iga", 1, SHORT, OTHER)
    post_process(workplace)
    return workplace


def take(place: Workplace, company: str, day: int, *brands: str) -> None:
    rows = [
        row(
            f"{number}",
            name=f"Article {number}",
            brand=brand,
            barcode=BARCODE if number == 0 else None,
            company=company,
            day=f"2025-09-{day:02}",
        )
        for number, brand in enumerate(brands)
    ]
    assert place.take(f"{company}-{day}.jsonl", rows).place is not None


def brands(place: Workplace) -> dict[tuple[str, str], str]:
    """The brand by company and SKU, as apps see it."""
    found = place.rows("SELECT company, sku, brand FROM store_prices")
    return {(company, sku): brand for company, sku, brand in found}


def contents(place: Workplace) -> dict[str, object]:
    """Everything but the marks by which post-processing knows what to look at again."""
    tables = place.tables()
    del tables["skus"], tables["post_processing_steps"]
    return {**tables, "seen": place.rows("SELECT * FROM store_prices ORDER BY company, sku")}


def test_never_parts_what_a_rule_joined_and_its_undoing_restores_it(place: Workplace) -> None:
    before = contents(place)
    prices = place.rows("SELECT * FROM prices ORDER BY store_key, sku_id")

    decided = decide_brands(place.pipeline, "never", LEGAL, "KELLOGGS", "they make others, too")

    assert decided.names == ("aust kellogg ltd pty", "kelloggs")
    assert decided.brands == (LEGAL, SHORT)
    assert decided.changes == [
        "aust kellogg ltd pty is a brand of its own again",
        "aust kellogg ltd pty now refers to aust kellogg ltd pty",
    ]
    assert brands(place)["coles", "0"] == LEGAL
    assert place.rows("SELECT kind, alias_a, alias_b, note FROM brand_decisions") == [
        ("never", "aust kellogg ltd pty", "kelloggs", "they make others, too")
    ]
    post_process(place)
    assert brands(place)["coles", "0"] == LEGAL
    take(place, "coles", 2, LEGAL)
    post_process(place)
    assert brands(place)["coles", "0"] == LEGAL

    take(place, "coles", 3, LEGAL)
    decide_brands(place.pipeline, None, "Kellogg's", LEGAL)
    post_process(place)
    assert brands(place)["coles", "0"] == SHORT
    same = ("brand_translations", "brands", "products", "prices", "brand_decisions")
    names = {row[1:] for row in place.tables()["brands"]}
    assert names == {row[1:] for row in before["brands"]}  # type: ignore[attr-defined]
    assert {name: place.tables()[name] for name in same if name != "brands"}.items() >= {
        "brand_translations": before["brand_translations"],
        "products": before["products"],
        "brand_decisions": [],
    }.items()
    assert [row[:4] for row in place.rows("SELECT * FROM prices ORDER BY store_key, sku_id")] == [
        row[:4] for row in prices
    ]


@pytest.mark.parametrize("kind", ["same", "never"])
def test_a_decision_and_its_undoing_leave_no_trace(place: Workplace, kind: str) -> None:
    before = contents(place)
    pair = (SHORT, OTHER) if kind == "same" else (LEGAL, SHORT)

    decide_brands(place.pipeline, kind, *pair)  # type: ignore[arg-type]
    assert contents(place) != before
    decide_brands(place.pipeline, None, *pair)
    post_process(place)

    now = contents(place)
    shown = ("seen", "brand_translations", "products", "prices", "price_history", "product_merges")
    assert {name: now[name] for name in shown} == {name: before[name] for name in shown}
    names = "SELECT alias, normalised_name FROM brand_aliases JOIN brands USING (brand_id)"
    assert dict(place.rows(names)) == {
        "aust kellogg ltd pty": "kelloggs",
        "kelloggs": "kelloggs",
        "tabasco": "tabasco",
    }
    assert now["brand_decisions"] == []


def test_same_joins_names_without_likeness_at_once_and_in_the_next_export(
    place: Workplace,
) -> None:
    decided = decide_brands(place.pipeline, "same", "tabasco", SHORT)

    assert decided.brands[0] == decided.brands[1] == SHORT
    assert set(brands(place).values()) == {SHORT}
    rules = dict(place.rows("SELECT alias, rule FROM brand_translations"))
    assert rules == {"aust kellogg ltd pty": "plural", "tabasco": "decision"}
    evidence = place.one("SELECT evidence FROM brand_translations WHERE alias = 'tabasco'")
    assert json.loads(evidence)["confirmed_by"] == "decision"
    exported = place.data / "translation_tables" / "brands.json"
    assert json.loads(exported.read_text("utf-8"))["tabasco"] == OTHER
    post_process(place)
    assert json.loads(exported.read_text("utf-8"))["tabasco"] == SHORT


def test_a_decision_holds_when_its_name_is_gone_and_comes_back(place: Workplace) -> None:
    decide_brands(place.pipeline, "same", OTHER, SHORT)
    take(place, "iga", 2, SHORT)
    take(place, "iga", 3, SHORT, "Heinz")  # the SKU has another brand: no SKU has the name
    post_process(place)
    assert place.rows("SELECT 1 FROM brand_aliases WHERE alias = 'tabasco'") == []
    take(place, "iga", 4, SHORT, OTHER)
    post_process(place)
    assert brands(place)["iga", "1"] == SHORT


def test_a_decision_replaces_the_one_before_on_the_same_names(place: Workplace) -> None:
    decide_brands(place.pipeline, "same", OTHER, SHORT)
    decide_brands(place.pipeline, "never", SHORT, OTHER)
    assert place.rows("SELECT kind FROM brand_decisions") == [("never",)]
    assert brands(place)["iga", "1"] == OTHER


@pytest.mark.parametrize(
    ("kind", "one", "other", "says"),
    [
        ("same", "Kelogs", OTHER, "No file has named a brand 'Kelogs'. Names like it: Kellogg's"),
        ("same", "wholly else", OTHER, "No file has named a brand 'wholly else'."),
        ("same", "李锦记", OTHER, "has no letters or digits"),
        ("never", "Kellogg's", "KELLOGGS", "are spellings of the same name"),
        (None, LEGAL, OTHER, "There is no decision on"),
        ("never", LEGAL, OTHER, "already join these two names"),
    ],
)
def test_a_senseless_decision_changes_nothing(
    place: Workplace, kind: str | None, one: str, other: str, says: str
) -> None:
    decide_brands(place.pipeline, "same", LEGAL, SHORT)
    decide_brands(place.pipeline, "same", SHORT, OTHER)
    before = place.tables(without=())
    with pytest.raises(UsageError, match=says):
        decide_brands(place.pipeline, kind, one, other)  # type: ignore[arg-type]
    assert place.tables(without=()) == before


def test_same_is_refused_where_never_keeps_them_apart(place: Workplace) -> None:
    decide_brands(place.pipeline, "same", LEGAL, SHORT)
    decide_brands(place.pipeline, "never", SHORT, OTHER)
    with pytest.raises(UsageError, match="already keep these two names apart"):
        decide_brands(place.pipeline, "same", LEGAL, OTHER)
