"""What the report shows of prices: the day's changes, the largest of them, how all has grown."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from pipeline_assets.catalogue.growth import DayOfGrowth, growth
from pipeline_assets.catalogue.movements import (
    CompanyDay,
    PriceMovement,
    PriceStep,
    company_days,
    largest_falls,
    largest_rises,
    price_steps,
)

MOST_MOVEMENTS = 10
"""The most rises that are read, and the most falls."""


@dataclass(frozen=True, slots=True)
class DayOfPrices:
    """The price changes of each company's day, and the growth of the catalogue up to now."""

    days: Sequence[CompanyDay]
    steps: Sequence[PriceStep]
    rises: Sequence[PriceMovement]
    falls: Sequence[PriceMovement]
    growth: Sequence[DayOfGrowth]


def read_day_of_prices(connection: Connection) -> DayOfPrices:
    """Read it, in the caller's transaction."""
    days = company_days(connection)
    return DayOfPrices(
        days,
        price_steps(connection, days),
        largest_rises(connection, days, MOST_MOVEMENTS),
        largest_falls(connection, days, MOST_MOVEMENTS),
        growth(connection),
    )
