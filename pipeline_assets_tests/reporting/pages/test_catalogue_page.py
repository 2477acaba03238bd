"""The page of the catalogue report: what stands on it, and that nothing gets out of its texts."""

import re
from base64 import b64encode
from dataclasses import replace
from datetime import date, datetime
from hashlib import sha256
from typing import Any

import pytest
from selectolax.lexbor import LexborHTMLParser

from pipeline_assets.catalogue.overview.places import GroupFigures, LargeGroup, StorePlace
from pipeline_assets.catalogue.overview.quality import (
    CompanyFiles,
    DayOfActivity,
    RefusalCount,
    StaleStore,
)
from pipeline_assets.catalogue.overview.range_changes import RangeArticle, RangeChange
from pipeline_assets.catalogue.overview.sharing import CompanyRange, PriceGap
from pipeline_assets.catalogue.overview.standing import CompanyStanding
from pipeline_assets.catalogue.overview.week import PricePoint, WeeklyMove, WeekOfCompany
from pipeline_assets.domain.comparison.price_levels import PairBasket
from pipeline_assets.reporting.pages.catalogue_page import catalogue_page
from pipeline_assets.reporting.pages.overview import (
    CatalogueOverview,
    DepartmentLevels,
    FailingCheck,
    StoreTotals,
)
from pipeline_assets_tests.reporting.hostile import HOSTILE_TEXTS, UNSEEN_TEXTS

DAY, NOW = date(2025, 9, 23), datetime(2025, 9, 24, 2)

EMPTY = CatalogueOverview(
    made_at=NOW,
    timezone="Australia/Sydney",
    current_days=7,
    quality_days=7,
    state="0/0/2025-09-24",
    companies=[],
    companies_left_out=0,
    products=0,
    standings=[],
    coverage={},
    shared_by={},
    ranges=[],
    baskets=[],
    levels={},
    departments=[],
    gaps=[],
    weeks=[],
    falls=[],
    rises=[],
    range_changes=[],
    activity=[],
    places=[],
    groups=GroupFigures(0, 0, 0),
    large_groups=[],
    accepted=[],
    refused=[],
    stale=0,
    stalest=[],
)


def standing(company: str, **fields: Any) -> CompanyStanding:
    usual = CompanyStanding(company, 10, 4, 3, 2, 1200, 4000, 400, NOW, DAY)
    return replace(usual, **fields)


def full(text: str = "Vegemite 380g", company: str = "aldi") -> CatalogueOverview:
    """A page with something in each place, and this text wherever one is from a file."""
    other = "coles"
    history = [PricePoint(date(2025, 9, 1), 800), PricePoint(DAY, 400)]
    move = WeeklyMove(company, text, text, text, 800, 400, 3, history)
    article = RangeArticle(text, text, text, 399)
    return replace(
        EMPTY,
        companies=sorted([company, other]),
        products=1900,
        standings=[standing(company), standing(other)],
        coverage={("NSW", company): StoreTotals(10, 4, 3), ("elsewhere", other): StoreTotals(2)},
        shared_by={1: 1750, 2: 150},
        ranges=[CompanyRange(company, 1000, 850)],
        baskets=[PairBasket(company, other, 150, 60_000, 69_000, 90, 20)],
        levels={company: 100.0, other: 115.0},
        departments=[DepartmentLevels("Pantry", 40, {company: 103.26, other: 100.0})],
        gaps=[PriceGap(7, text, text, "9300000000019", {company: 250, other: 500})],
        weeks=[WeekOfCompany(company, DAY, 12, 34)],
        falls=[move],
        rises=[replace(move, before_cents=200)],
        range_changes=[RangeChange(company, False, 7, 1, [article], [article])],
        activity=[DayOfActivity(DAY, 4, 46)],
        places=[StorePlace(company, text, -33.9, 151.2, text)],
        groups=GroupFigures(4, 2, 1),
        large_groups=[LargeGroup(company, text, text, 2, ["nsw", text])],
        accepted=[CompanyFiles(company, 4, 4000, 40, 100, 46)],
        refused=[RefusalCount("quarantined", text, 2)],
        stale=2,
        stalest=[StaleStore(company, text, text, text, date(2025, 8, 1))],
        failing_checks=[FailingCheck(text, True, text)],
        checks_evaluated=12,
    )


def shown(page: str) -> str:
    """The page's text as a browser shows it, without its style sheet."""
    tree = LexborHTMLParser(page)
    for node in tree.css("style"):
        node.decompose()
    assert tree.body is not None
    return " ".join(tree.body.text(separator=" ").split())


def test_the_figures_stand_where_they_belong() -> None:
    text = shown(catalogue_page(full()))
    for sentence in (
        "The catalogue as of 24 Sep 2025, 12:00 (Australia/Sydney). The newest prices are from",
        "Aldi is cheapest on the products that companies share: Coles is 15.0 % dearer (150 shared",
        "One of each of the 150 products that it shares with Coles costs $600.00 there and $690.00",
        "In the last week 12 prices fell and 34 prices rose",
        "6 of 8 scraped stores have a snapshot from the last 7 days",
        "12 known stores have never been scraped",
        "8,000 10.0 % on special",
        "90 cheaper 20 same 40 cheaper",
        "$8.00 → $4.00 (−50.0 %)",
        "$2.00 → $4.00 (+100.0 %)",
        "7 new 1 gone",
        "Aldi 4 of 10",
        "2 companies 150 7.9 %",
        "1 of 12 failing",
        "1.0 % 40 of 4,000",
        "1 anchor to scrape again",
    ):
        assert sentence in text, sentence
    assert "103.3" in text


def test_the_cheapest_company_of_a_row_is_marked_by_more_than_colour() -> None:
    tree = LexborHTMLParser(catalogue_page(full()))
    rows = [row.text(separator=" ").split() for row in tree.css("#cheapest table tr")]
    assert [row for row in rows if row[0] == "Pantry"] == [
        ["Pantry", "103.3", "100", "✓", "cheapest", "40"]
    ]


@pytest.mark.parametrize("text", HOSTILE_TEXTS)
def test_a_hostile_text_is_shown_just_as_it_is_written(text: str) -> None:
    page = catalogue_page(full(text))
    assert same_elements(page, catalogue_page(full()))
    assert " ".join(text.split()) in shown(page)


@pytest.mark.parametrize(("text", "spelled"), UNSEEN_TEXTS.items())
def test_what_is_not_seen_in_a_text_is_spelled_out(text: str, spelled: str) -> None:
    page = catalogue_page(full(text))
    assert same_elements(page, catalogue_page(full()))
    assert spelled in shown(page)
    body = page.replace("\n", "")
    assert not any(sign in body for sign in "\u202e\u2066\u2069\u200b\ufeff\u2028\x1b\x00\t\r")


def test_a_hostile_company_or_state_is_shown_as_it_is_written_too() -> None:
    company = "<b>\u202e\"'&</b>"
    page = catalogue_page(full(company=company))
    assert same_elements(page, catalogue_page(full()))
    assert "<b>\\u202e\"'&</b>" in shown(page)


def same_elements(page: str, other: str) -> bool:
    """Whether both pages have the same elements with the same names of attributes, in order."""

    def elements(text: str) -> list[tuple[str, list[str]]]:
        root = LexborHTMLParser(text).root
        assert root is not None
        found = []
        for node in root.traverse():
            classes = str(node.attributes.get("class"))
            if "muted" not in classes and node.tag != "bdi":  # a size is left out beside its name
                found.append((node.tag or "", sorted(node.attributes)))
        return found

    return elements(page) == elements(other)


def test_a_very_long_word_is_cut() -> None:
    assert "x" * 401 not in shown(catalogue_page(full("x" * 5_000)))


def test_nothing_is_loaded_and_nothing_can_be() -> None:
    page = catalogue_page(full())
    tree = LexborHTMLParser(page)
    assert tree.css("script, link[rel=stylesheet], img, iframe, object, embed, form, base") == []
    assert not re.search(r"\son\w+=|javascript:|https?:|url\(|@import", page)
    assert [node.attributes["href"] for node in tree.css("a, link")] == [
        "data:,",
        "#main",
        "#cheapest",
        "#week",
        "#coverage",
        "#map",
        "#quality",
    ]
    (policy,) = tree.css('meta[http-equiv="Content-Security-Policy"]')
    (style,) = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    digest = b64encode(sha256(style.encode()).digest()).decode()
    assert policy.attributes["content"] == (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    assert " style=" not in page


def test_the_policy_stands_before_all_that_it_is_about() -> None:
    page = catalogue_page(full())
    assert page.startswith("<!doctype html>\n")
    assert page.index("Content-Security-Policy") < page.index("<link") < page.index("<style")
    assert 'content="0/0/2025-09-24"' in page[:4096]


def test_an_empty_catalogue_says_what_is_missing() -> None:
    text = shown(catalogue_page(EMPTY))
    for sentence in (
        "The catalogue has no prices yet",
        "nothing to compare",
        "No price is known to have changed",
        "No company is known yet",
        "No store has coordinates",
        "No file was accepted",
        "No check has been evaluated yet",
    ):
        assert sentence in text, sentence


def test_one_company_is_compared_with_nobody_and_all_else_is_there() -> None:
    one = replace(
        full(),
        companies=["aldi"],
        standings=[standing("aldi", stores_known=4, stores_current=0)],
        coverage={("NSW", "aldi"): StoreTotals(4, 4, 0)},
        shared_by={1: 1000},
        baskets=[],
        levels={},
        departments=[],
        gaps=[],
        places=[],
        failing_checks=[],
    )
    text = shown(catalogue_page(one))
    assert "No two companies share at least 5 products" in text
    assert "cheapest on the products" not in text
    assert "No store has been scraped in the last 7 days: all prices here are old." in text
    assert "No store has coordinates" in text
    assert "all 12 passed" in text


def test_pairs_with_too_few_products_are_named() -> None:
    few = replace(full(), baskets=[*full().baskets, PairBasket("aldi", "iga", 4, 1, 1, 0, 4)])
    assert "fewer than 5 products: Aldi and IGA (4)." in shown(catalogue_page(few))


def test_the_same_overview_gives_the_same_bytes() -> None:
    assert catalogue_page(full()) == catalogue_page(full())
