"""Finds pairs of SKUs to offer to people: suggested matches, variants, comparable products."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC
from itertools import combinations

from sqlalchemy import Connection

from pipeline_assets.catalogue import matching_memory
from pipeline_assets.catalogue import suggestions as catalogue
from pipeline_assets.domain.matching.company_skus import CompanySkus
from pipeline_assets.domain.matching.comparable import comparable_among
from pipeline_assets.domain.matching.goods import MatchableSku
from pipeline_assets.domain.matching.model import MatchingModel, shipped_model
from pipeline_assets.domain.matching.suggestions import suggest
from pipeline_assets.domain.products.facts import SkuPair
from pipeline_assets.domain.suggestions.found import PairOffer, pair_offers, variants_offered
from pipeline_assets.domain.suggestions.memory import PairMemory
from pipeline_assets.domain.suggestions.plan import (
    KeptSuggestion,
    SuggestionChanges,
    SuggestionState,
    operators_verdict,
    plan_suggestions,
)
from pipeline_assets.domain.suggestions.renewal import RenewedCompanies, renewed_companies
from pipeline_assets.reporting.suggestion_table import suggestion_rows
from pipeline_assets.services.post_processing.reports import StepReport
from pipeline_assets.services.post_processing.step import Step, StepContext

Comparables = dict[SkuPair, tuple[int, str]]


@dataclass(slots=True)
class _Found:
    """What all pairs of companies give. `changed`, `pairs_scored`: what was looked at anew."""

    offers: dict[SkuPair, PairOffer] = field(default_factory=dict)
    comparables: Comparables = field(default_factory=dict)
    changed: set[int] = field(default_factory=set)
    pairs_scored: int = 0


def suggest_matches(context: StepContext, model: MatchingModel | None = None) -> StepReport:
    """Bring suggestions and comparable products up to date; `model`: by default the shipped one."""
    connection = context.connection
    skus = catalogue.matchable_skus(connection)
    decisions = catalogue.decided_pairs(connection)
    kept_comparables = catalogue.kept_comparable_pairs(connection)
    found = _find(connection, skus, decisions, kept_comparables, model or shipped_model())
    products = {sku.sku_id: sku.product_id for sku in skus}
    shared = catalogue.skus_with_shared_keys(connection)
    found.offers |= variants_offered(shared, products, decisions.keys())

    kept = catalogue.kept_suggestions(connection)
    today = context.pipeline.clock().replace(tzinfo=UTC).astimezone(context.pipeline.settings.zone)
    changes = plan_suggestions(found.offers, kept, decisions, today.date())
    catalogue.write_suggestions(connection, changes)
    comparables = _write_comparables(connection, kept_comparables, found.comparables)
    now = {**kept, **changes.new, **changes.changed}
    return StepReport(
        changes=_counts(kept, changes) | comparables,
        facts=_figures(now)
        | {
            "comparable": len(found.comparables),
            "skus_changed": len(found.changed),
            "pairs_scored": found.pairs_scored,
        },
        tables={"best_open": suggestion_rows(now, {sku.sku_id: sku for sku in skus})},
    )


def _find(
    connection: Connection,
    skus: Sequence[MatchableSku],
    decisions: Mapping[SkuPair, str],
    kept: Comparables,
    model: MatchingModel,
) -> _Found:
    """What matching finds, one pair of companies after the other."""
    known = _renewed_companies(connection, skus, model)
    company_of = {sku.sku_id: sku.company for sku in skus}
    kept_of: dict[tuple[str, str], Comparables] = defaultdict(dict)
    for pair, comparison in kept.items():
        kept_of[company_of[pair[0]], company_of[pair[1]]][pair] = comparison
    refused = {pair for pair, kind in decisions.items() if kind == "never"}
    found = _Found()
    for companies in combinations(known.companies, 2):
        renewed = known.pair(companies, matching_memory.read_memory(connection, companies))
        a, b = (known.companies[company].skus for company in companies)
        found.offers |= pair_offers(suggest(a, b, renewed.memory.pairs, refused, model))
        found.changed |= renewed.changed
        found.pairs_scored += renewed.pairs_scored
        if renewed.content is None:
            found.comparables |= kept_of.get(companies, {})
        else:
            found.comparables |= _comparables(a, b, renewed.memory)
            matching_memory.write_memory(connection, companies, renewed.content)
    return found


def _renewed_companies(
    connection: Connection, skus: Sequence[MatchableSku], model: MatchingModel
) -> RenewedCompanies:
    """The companies in the order of their names; what is known of each is kept."""
    by_company: dict[str, list[MatchableSku]] = defaultdict(list)
    for sku in skus:
        by_company[sku.company].append(sku)
    contents = {
        company: matching_memory.read_memory(connection, (company, company))
        for company in sorted(by_company)
    }
    known = renewed_companies({one: by_company[one] for one in contents}, contents, model)
    for company in contents:
        content = known.company_content(company)
        if content is not None:
            matching_memory.write_memory(connection, (company, company), content)
    return known


def _comparables(a: CompanySkus, b: CompanySkus, memory: PairMemory) -> Comparables:
    return {
        (one.a.sku_id, one.b.sku_id): (one.score_e6, one.reason)
        for one in comparable_among(a, b, memory.kinds)
    }


def _write_comparables(
    connection: Connection, kept: Comparables, wanted: Comparables
) -> dict[str, int]:
    gone = [pair for pair, comparison in kept.items() if wanted.get(pair) != comparison]
    new = {pair: comparison for pair, comparison in wanted.items() if kept.get(pair) != comparison}
    catalogue.write_comparable_pairs(connection, new, gone)
    return {
        "comparable_new": len(new.keys() - kept.keys()),
        "comparable_removed": len(kept.keys() - wanted.keys()),
        "comparable_changed": len(new.keys() & kept.keys()),
    }


def _counts(kept: Mapping[SkuPair, KeptSuggestion], changes: SuggestionChanges) -> dict[str, int]:
    """How many suggestions are new, changed or came to another state."""
    states = [
        after.state for pair, after in changes.changed.items() if after.state != kept[pair].state
    ]
    counts = {
        "new": len(changes.new),
        "rewritten": len(changes.changed) - len(states),
        "opened_again": states.count(SuggestionState.OPEN),
        "newly_withdrawn": states.count(SuggestionState.WITHDRAWN),
        "newly_confirmed": states.count(SuggestionState.CONFIRMED),
        "newly_refused": states.count(SuggestionState.REFUSED),
    }
    return counts


def _figures(now: Mapping[SkuPair, KeptSuggestion]) -> dict[str, int]:
    """How many suggestions are in each state, and how often operators found the model right."""
    states = [one.state for one in now.values()]
    figures = {state.value: states.count(state) for state in SuggestionState}
    precision = operators_verdict(now).precision_percent
    return figures if precision is None else {**figures, "precision_percent": precision}


SUGGESTED_MATCHES = Step(
    "suggested_matches",
    "Pairs of SKUs that are probably one product, for people to confirm or refuse: table "
    "`sku_suggestions`, shown by the view `match_suggestions`; and comparable products of other "
    "brands. Changes when facts of SKUs, decisions or the model do; no product changes by it.",
    suggest_matches,
    table="sku_suggestions",
    keeps_watermark=True,
)
