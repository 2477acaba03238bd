"""Random stories of files, post-processing and decisions, told to a workplace and to an oracle.

The oracle keeps what the accepted files said and reads the facts from that, slowly and without the
catalogue; `naive_partition` tells it which SKUs are one product.
"""

import json
from collections.abc import Iterable
from datetime import date, timedelta
from itertools import combinations
from random import Random
from typing import Any, NamedTuple

from pipeline_assets.domain.normalisation.match_keys import match_key
from pipeline_assets.domain.products.facts import Decision, SkuFacts
from pipeline_assets.errors import UsageError
from pipeline_assets.services.files.outcomes import State
from pipeline_assets.services.operators.decide import DecisionKind, decide
from pipeline_assets.services.post_processing.options import PostProcessingOptions
from pipeline_assets.services.post_processing.reports import StepReport
from pipeline_assets_tests.domain.products.naive_partition import naive_partition
from pipeline_assets_tests.workplace import Workplace, row

BARCODES = ("9300000000019", "9300000000026", "9300000000033")
NAMES = ("Flat White Beans", "Green Tea", "Beans")
BRANDS = (None, None, None, "Flat White")
STORES = (("aldi", "G1"), ("aldi", "G2"), ("coles", "G1"), ("coles", "C2"), ("iga", "I1"))
SKUS = ("1", "2", "3", "4")

Sku = tuple[str, str]


class File(NamedTuple):
    """An accepted snapshot: its rows' products by SKU."""

    company: str
    store_id: str
    day: str
    products: dict[str, dict[str, Any]]


def post_process(place: Workplace, **options: Any) -> dict[str, StepReport]:
    """All steps once, by name."""
    reports = place.post_process(PostProcessingOptions(**options))
    return {report.step: report for report in reports}


class Story:
    """What happened so far; each `tell_…` lets one more thing happen, as the seed will have it."""

    def __init__(self, place: Workplace, seed: int) -> None:
        self.place = place
        self.random = Random(seed)
        self._barcode_share = self.random.choice((0.05, 0.15, 0.4))
        self.files: list[File] = []
        self.decisions: dict[frozenset[Sku], DecisionKind] = {}
        self.refusals = 0
        self.product_ids: set[int] = set()
        self._days = dict.fromkeys(STORES, date(2025, 9, 1))

    def tell(self) -> None:
        """Let some things happen, and post-processing at the end."""
        self.tell_file()
        self._look()
        events = self.random.randint(4, 40)
        happenings = (self.tell_file, self.tell_decision, self.tell_post_processing)
        for happening in self.random.choices(happenings, weights=(6, 3, 2), k=events):
            happening()
            self._look()
        self.tell_post_processing()
        self._look()

    def tell_file(self) -> None:
        """One store's next snapshot; between stores the days come in any order."""
        random = self.random
        company, store_id = store = random.choice(STORES)
        self._days[store] += timedelta(days=random.randint(1, 4))
        day = self._days[store].isoformat()
        rows = [
            row(
                sku,
                random.choice((1, 2, 2, None)),
                name=random.choice(NAMES),
                brand=random.choice(BRANDS),
                barcode=random.choice(BARCODES) if random.random() < self._barcode_share else None,
                company=company,
                store_id=store_id,
                day=day,
            )
            for sku in random.sample(SKUS, random.randint(1, len(SKUS)))
        ]
        outcome = self.place.take(f"{len(self.files)}.jsonl", rows)
        assert outcome.state is State.ARCHIVED, outcome.message
        products = {line["product"]["sku"]: line["product"] for line in rows}
        self.files.append(File(company, store_id, day, products))

    def tell_post_processing(self) -> None:
        """All steps; prices and their history stay."""
        before = prices_and_history(self.place)
        post_process(self.place)
        assert prices_and_history(self.place) == before

    def tell_decision(self) -> None:
        """An operator's word on any two SKUs, sensible or not."""
        pair = self.random.sample(sorted(self.skus()), 2) if len(self.skus()) > 1 else None
        if pair is None:
            return
        kind: DecisionKind | None = self.random.choice(("same", "same", "never", "never", None))
        after = {key: said for key, said in self.decisions.items() if key != frozenset(pair)}
        is_senseless = kind is None and len(after) == len(self.decisions)
        if kind is not None:
            after[frozenset(pair)] = kind
        before = prices_and_history(self.place), self.place.tables()
        try:
            decide(self.place.pipeline, kind, *("/".join(sku) for sku in pair))
        except UsageError:
            assert is_senseless or contradict(after)
            assert self.place.tables() == before[1]
            self.refusals += 1
        else:
            assert not is_senseless
            assert not contradict(after)
            self.decisions = after
        assert prices_and_history(self.place) == before[0]

    def _look(self) -> None:
        self.product_ids |= {row[0] for row in self.place.rows("SELECT product_id FROM products")}

    def skus(self) -> set[Sku]:
        """Every SKU that a file named."""
        return {(file.company, sku) for file in self.files for sku in file.products}

    def facts(self) -> dict[Sku, SkuFacts]:
        """What the files say of each SKU; its number is its place in order."""
        ordered = sorted(self.skus())
        return {sku: self._facts_of(sku, number) for number, sku in enumerate(ordered)}

    def _facts_of(self, sku: Sku, number: int) -> SkuFacts:
        company, name = sku
        said = [
            (file.day, file.store_id, file.products[name])
            for file in self.files
            if file.company == company and name in file.products
        ]
        said.sort(key=lambda one: one[1])
        said.sort(key=lambda one: one[0], reverse=True)  # the newest first, then the lowest store
        brands = [product["brand"] for _, _, product in said if product["brand"]]
        barcodes = [(day, one["barcode"]) for day, _, one in said if one["barcode"]]
        newest = [barcode for day, barcode in barcodes if day == barcodes[0][0]]
        key = match_key(said[0][2]["name"], brands[0] if brands else None, None)
        return SkuFacts(number, company, name, min(newest, default=None), key, None)

    def partition(self) -> set[frozenset[Sku]]:
        """Which SKUs should be one product."""
        facts = self.facts()
        sku_of = {fact.sku_id: sku for sku, fact in facts.items()}
        decisions = [
            Decision(kind, *(facts[sku].sku_id for sku in sorted(pair)))
            for pair, kind in self.decisions.items()
        ]
        sold = {
            (facts[file.company, one].sku_id, facts[file.company, other].sku_id)
            for file in self.files
            for one, other in combinations(sorted(file.products), 2)
            if file.products[one]["price_current"] and file.products[other]["price_current"]
        }
        products = naive_partition([*facts.values()], decisions, sold)
        return {frozenset(sku_of[number] for number in product) for product in products}

    def translations(self) -> dict[str, str]:
        """Match key → key of its product's first SKU, for the keys of one product only."""
        facts, products = self.facts(), self.partition()
        found: dict[str, list[str]] = {}
        for product in products:
            keys = [facts[sku].match_key for sku in sorted(product)]
            for key in {key for key in keys if key is not None}:
                found.setdefault(key, []).append(next(one for one in keys if one is not None))
        return {key: to[0] for key, to in found.items() if len(to) == 1}


def contradict(decisions: dict[frozenset[Sku], DecisionKind]) -> bool:
    """Whether a *never* stands within what *same* joins."""
    together = [set(pair) for pair, kind in decisions.items() if kind == "same"]
    for _ in decisions:
        for one, other in combinations(together, 2):
            if one & other:
                one |= other
                other |= one
    nevers = [pair for pair, kind in decisions.items() if kind == "never"]
    return any(pair <= joined for pair in nevers for joined in together)


def prices_and_history(place: Workplace) -> tuple[list[Any], list[Any]]:
    """Every row of both tables, in order of their keys."""
    return (
        place.rows("SELECT * FROM prices ORDER BY store_key, sku_id"),
        place.rows("SELECT * FROM price_history ORDER BY store_key, sku_id, scraped_at"),
    )


def products(place: Workplace) -> dict[int, set[Sku]]:
    """The SKUs of each product that has any."""
    found: dict[int, set[Sku]] = {}
    for product_id, company, sku in place.rows("SELECT product_id, company, sku FROM skus"):
        found.setdefault(product_id, set()).add((company, sku))
    return found


def resolve(place: Workplace, product_id: int) -> int:
    """The live product that an id stands for, as an app would ask."""
    live = place.rows(
        "SELECT product_id FROM products WHERE product_id = :id UNION ALL "
        "SELECT products.product_id FROM product_redirects JOIN products USING (product_id) "
        "WHERE retired_product_id = :id",
        id=product_id,
    )
    ((found,),) = live  # exactly one: neither lost nor ambiguous
    assert isinstance(found, int)
    return found


def merge_rows(place: Workplace) -> Iterable[tuple[str, int, int, str, dict[str, Any]]]:
    """The record of merges and splits: kind, from, into, reason, evidence."""
    for *facts, evidence in place.rows(
        "SELECT kind, from_product_id, into_product_id, reason, evidence FROM product_merges "
        "ORDER BY merge_id"
    ):
        kind, from_id, into_id, reason = facts
        yield kind, from_id, into_id, reason, json.loads(evidence)
