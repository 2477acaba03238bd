"""Reads everything that the catalogue report shows, in one transaction."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import Any

from sqlalchemy import Connection

from pipeline_assets.catalogue.database.engine import reading
from pipeline_assets.catalogue.movements import company_days
from pipeline_assets.catalogue.overview import places, quality, range_changes, sharing, standing
from pipeline_assets.catalogue.overview.sharing import CategoryBasket
from pipeline_assets.catalogue.overview.standing import CompanyStanding
from pipeline_assets.catalogue.overview.week import largest_moves, price_moves
from pipeline_assets.domain.comparison.departments import DEPARTMENTS, department_of
from pipeline_assets.domain.comparison.price_levels import PairBasket, added_up, price_levels
from pipeline_assets.domain.comparison.regions import state_of
from pipeline_assets.reporting.pages.overview import (
    CatalogueOverview,
    DepartmentLevels,
    FailingCheck,
    StoreTotals,
)
from pipeline_assets.services.pipeline import Pipeline

_MOST_COMPANIES = 6
"""The most companies that are shown: those with the most prices."""
_MOST_MOVES, _MOST_GAPS, _MOST_ARTICLES, _MOST_GROUPS, _MOST_STALE = 8, 10, 5, 8, 8
_ACTIVITY = timedelta(days=28)
_QUALITY_DAYS = 7


@dataclass(frozen=True, slots=True)
class CheckSummary:
    """The checks that failed last, and how many have a result at all."""

    failing: Sequence[FailingCheck] = ()
    evaluated: int = 0


def read_overview(pipeline: Pipeline, checks: CheckSummary) -> CatalogueOverview:
    """What the page shows as of now.

    Each price is read three times by the database; what comes here are results.
    """
    settings, now = pipeline.settings, pipeline.clock()
    current_since = now - timedelta(days=settings.current_days)
    quality_since = now - timedelta(days=_QUALITY_DAYS)
    with reading(pipeline.engine) as connection:
        standings = standing.company_standings(connection, current_since)
        shown = _shown(standings)
        stale, stalest = quality.stalest_stores(connection, current_since, _MOST_STALE)
        return CatalogueOverview(
            made_at=now,
            timezone=settings.timezone,
            current_days=settings.current_days,
            quality_days=_QUALITY_DAYS,
            state=report_state(connection, pipeline),
            companies=shown,
            companies_left_out=len(standings) - len(shown),
            products=standing.count_products(connection),
            standings=standings,
            coverage=_coverage(standing.state_coverage(connection, current_since), shown),
            places=[place for place in places.store_places(connection) if place.company in shown],
            groups=places.group_figures(connection),
            large_groups=places.largest_groups(connection, _MOST_GROUPS),
            accepted=quality.accepted_files(connection, quality_since),
            refused=quality.refusal_counts(connection, quality_since),
            stale=stale,
            stalest=stalest,
            failing_checks=checks.failing,
            checks_evaluated=checks.evaluated,
            **_comparison(connection, shown),
            **_week(connection, shown),
        )


def report_state(connection: Connection, pipeline: Pipeline) -> str:
    """Another text on each day, and once a file was handled or products were merged or split."""
    today = pipeline.clock().replace(tzinfo=UTC).astimezone(pipeline.settings.zone).date()
    return f"{quality.last_change(connection)}/{today.isoformat()}"


def _shown(standings: Sequence[CompanyStanding]) -> list[str]:
    most = sorted(standings, key=lambda one: (-one.prices, -one.stores_known, one.company))
    return sorted(one.company for one in most[:_MOST_COMPANIES])


def _coverage(
    found: Sequence[standing.StateCoverage], companies: Collection[str]
) -> dict[tuple[str, str], StoreTotals]:
    counts: defaultdict[tuple[str, str], StoreTotals] = defaultdict(StoreTotals)
    for one in found:
        if one.company in companies:
            counts[state_of(one.state), one.company] += StoreTotals(
                one.known, one.scraped, one.current
            )
    return dict(counts)


def _comparison(connection: Connection, companies: Collection[str]) -> dict[str, Any]:
    found = sharing.shared_baskets(connection, companies)
    baskets = added_up(one.basket for one in found)
    return {
        "shared_by": sharing.products_by_companies(connection),
        "ranges": sharing.company_ranges(connection),
        "baskets": baskets,
        "levels": price_levels(baskets),
        "departments": departments_of(found),
        "gaps": sharing.widest_gaps(connection, companies, _MOST_GAPS),
    }


def departments_of(found: Sequence[CategoryBasket]) -> list[DepartmentLevels]:
    """The departments in which companies can be compared, in the order of `DEPARTMENTS`."""
    by_department: defaultdict[str, list[PairBasket]] = defaultdict(list)
    for one in found:
        by_department[department_of(one.category)].append(one.basket)
    compared = []
    for name in DEPARTMENTS:
        baskets = added_up(by_department[name])
        levels = price_levels(baskets)
        if levels:
            products = sum(one.products for one in baskets)
            compared.append(DepartmentLevels(name, products, levels))
    return compared


def _week(connection: Connection, companies: Collection[str]) -> dict[str, Any]:
    days = [day for day in company_days(connection) if day.company in companies]
    falls, rises = largest_moves(connection, days, _MOST_MOVES)
    newest = max((day.ends_on for day in days), default=None)
    return {
        "weeks": price_moves(connection, days),
        "falls": falls,
        "rises": rises,
        "range_changes": [
            range_changes.range_change(connection, day, _MOST_ARTICLES) for day in days
        ],
        "activity": quality.daily_activity(connection, newest - _ACTIVITY) if newest else [],
    }
