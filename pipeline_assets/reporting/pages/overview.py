"""What the catalogue report shows, as plain data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from pipeline_assets.catalogue.overview.places import GroupFigures, LargeGroup, StorePlace
from pipeline_assets.catalogue.overview.quality import (
    CompanyFiles,
    DayOfActivity,
    RefusalCount,
    StaleStore,
)
from pipeline_assets.catalogue.overview.range_changes import RangeChange
from pipeline_assets.catalogue.overview.sharing import CompanyRange, PriceGap
from pipeline_assets.catalogue.overview.standing import CompanyStanding
from pipeline_assets.catalogue.overview.week import WeeklyMove, WeekOfCompany
from pipeline_assets.domain.comparison.price_levels import PairBasket


@dataclass(frozen=True, slots=True)
class StoreTotals:
    """Stores that are known, that have a snapshot, and that have a recent one."""

    known: int = 0
    scraped: int = 0
    current: int = 0

    def __add__(self, other: "StoreTotals") -> "StoreTotals":
        return StoreTotals(
            self.known + other.known, self.scraped + other.scraped, self.current + other.current
        )


@dataclass(frozen=True, slots=True)
class DepartmentLevels:
    """How dear companies are in one department; 100 is the cheapest of them.

    `products` counts each product that several companies share once for each two of them.
    """

    name: str
    products: int
    levels: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class FailingCheck:
    """An asset check whose last result is a failure."""

    name: str
    is_error: bool
    summary: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueOverview:
    """Everything on the page. Times are in UTC; prices of past days are those of snapshots.

    `companies` are those that are shown, by name; `companies_left_out` counts the others.
    `state` is another text as soon as the page should be made anew.
    """

    made_at: datetime
    timezone: str
    current_days: int
    quality_days: int
    state: str
    companies: Sequence[str]
    companies_left_out: int
    products: int
    standings: Sequence[CompanyStanding]
    coverage: Mapping[tuple[str, str], StoreTotals]
    """(state, company) → stores."""
    shared_by: Mapping[int, int]
    """Number of companies → products that so many sell."""
    ranges: Sequence[CompanyRange]
    baskets: Sequence[PairBasket]
    levels: Mapping[str, float]
    departments: Sequence[DepartmentLevels]
    gaps: Sequence[PriceGap]
    weeks: Sequence[WeekOfCompany]
    falls: Sequence[WeeklyMove]
    rises: Sequence[WeeklyMove]
    range_changes: Sequence[RangeChange]
    activity: Sequence[DayOfActivity]
    places: Sequence[StorePlace]
    groups: GroupFigures
    large_groups: Sequence[LargeGroup]
    accepted: Sequence[CompanyFiles]
    refused: Sequence[RefusalCount]
    stale: int
    stalest: Sequence[StaleStore]
    failing_checks: Sequence[FailingCheck] = field(default=())
    checks_evaluated: int = 0
