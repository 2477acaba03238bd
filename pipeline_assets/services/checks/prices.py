"""Checks on prices: are the last day's changes, specials and gaps plausible?"""

from collections.abc import Iterator
from datetime import date, timedelta

from pipeline_assets.catalogue.checks import prices as catalogue
from pipeline_assets.catalogue.checks.offenders import MOST_OFFENDERS
from pipeline_assets.domain.alerts.causes import cause_of
from pipeline_assets.services.checks.check import Check, CheckContext
from pipeline_assets.services.checks.verdict import (
    NOTHING_WRONG,
    Verdict,
    counted,
    judge,
    named,
)

# A company's last day reaches this far back from its newest snapshot: a night's scrape has two.
_LAST_DAY = timedelta(days=1)
_LOOK = (
    "Look at the listed articles in the shop; if the scraper reads them wrongly, repair it and "
    "scrape the stores again."
)


def price_changes_are_plausible(context: CheckContext) -> Verdict:
    """Few prices of each company's last day rose or fell a lot."""
    settings = context.pipeline.settings
    largest, tolerated = settings.check_max_price_change, settings.check_max_price_jumps
    rows: list[tuple[object, ...]] = []
    changes = jumps = 0
    jumpy: list[str] = []
    columns: list[str] = []
    for company, since in _last_days(context):
        of_day = catalogue.last_day_prices(context.connection, company, since)
        found = catalogue.implausible_changes(context.connection, company, since, largest)
        columns = [*found.columns[:4], "price_before", "price_now", "name"]
        rows += [(*row[:4], row[4] / 100, row[5] / 100, row[6]) for row in found.rows]
        changes += of_day.changes
        jumps += found.total
        if found.total > tolerated * of_day.changes:
            jumpy.append(company)
    ours = [row for row in rows if row[0] in jumpy]
    return Verdict(
        passed=not jumpy,
        summary=f"{jumps:,} of {counted(changes, 'price change')} of the last day are by more than "
        f"{largest:.0%}"
        + (f", too many at {named(jumpy)}. {_LOOK}" if jumpy else ": not more than usual."),
        figures={"changes": changes, "implausible": jumps},
        columns=columns,
        rows=[*ours, *(row for row in rows if row not in ours)][:MOST_OFFENDERS],
        total=jumps,
        cause=cause_of(row[:4] for row in ours) if jumpy else NOTHING_WRONG,
    )


def specials_are_plausible(context: CheckContext) -> Verdict:
    """No company has most of its articles on special; shows each company's share."""
    most = context.pipeline.settings.check_max_specials
    shares = []
    for company, since in _last_days(context):
        found = catalogue.last_day_prices(context.connection, company, since)
        share = found.specials / found.prices if found.prices else 0.0
        shares.append((company, found.specials, found.prices, round(share, 3)))
    shares.sort(key=lambda row: (-row[3], row[0]))
    over = [row for row in shares if row[3] > most]
    right = f"No company has more than {most:.0%} of its prices on special."
    wrong = (
        f"More than {most:.0%} of the prices of the last day are specials at "
        f"{named(row[0] for row in over)}. Compare with the shop; if the scraper marks too many, "
        "repair it and scrape again."
    )
    return Verdict(
        passed=not over,
        summary=wrong if over else right,
        figures={"highest_share": shares[0][3] if shares else 0.0},
        columns=("company", "specials", "prices", "share"),
        rows=shares[:MOST_OFFENDERS],
        total=len(over),
        cause=cause_of(row[0] for row in over) if over else NOTHING_WRONG,
    )


def rows_have_prices(context: CheckContext) -> Verdict:
    """In each store's newest snapshot, few rows are without a price."""
    largest = context.pipeline.settings.check_max_unpriced
    found = catalogue.stores_without_prices(context.connection, largest)
    return judge(
        found,
        right=f"No store's newest snapshot has more than {largest:.0%} of its rows without a "
        "price.",
        wrong=f"{counted(found.total, 'store')} with a newest snapshot of which more than "
        f"{largest:.0%} of the rows have no price: those articles count as not sold. If the shop "
        "shows prices, repair the scraper and scrape the stores again.",
        key_columns=2,
    )


def _last_days(context: CheckContext) -> Iterator[tuple[str, date]]:
    for company, newest in catalogue.newest_days(context.connection).items():
        yield company, newest - _LAST_DAY


PRICE_CHANGES_ARE_PLAUSIBLE = Check(
    "price_changes_are_plausible",
    "store_prices",
    "Few prices of each company's last day rose or fell by most of the price before; the end of a "
    "special does not count.",
    price_changes_are_plausible,
)
SPECIALS_ARE_PLAUSIBLE = Check(
    "specials_are_plausible",
    "store_prices",
    "No company has most of its prices of the last day on special.",
    specials_are_plausible,
)
ROWS_HAVE_PRICES = Check(
    "rows_have_prices",
    "store_prices",
    "In each store's newest snapshot, few rows are without a price.",
    rows_have_prices,
)
