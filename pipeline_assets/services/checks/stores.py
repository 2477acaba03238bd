"""The check on stores that have fallen silent."""

from collections.abc import Sequence
from datetime import timedelta

from pipeline_assets.catalogue.checks import stores as catalogue
from pipeline_assets.catalogue.checks.offenders import Offenders
from pipeline_assets.catalogue.checks.stores import CompanySilence
from pipeline_assets.services.checks.check import Check, CheckContext
from pipeline_assets.services.checks.verdict import Verdict, counted, judge, named

_COLUMNS = ("company", "store_id", "days", "newest_snapshot", "store_name", "state")


def stale_stores(context: CheckContext) -> Verdict:
    """Every store that was ever scraped has a snapshot that is recent enough."""
    settings = context.pipeline.settings
    days = settings.current_days if settings.check_stale_days is None else settings.check_stale_days
    oldest = context.now - timedelta(days=days)
    silent = catalogue.silent_stores(context.connection, oldest)
    companies = catalogue.silence_by_company(context.connection, oldest)
    rows = [
        (row[0], row[1], (context.now - row[2]).days, row[2].isoformat(" ", "minutes"), *row[3:])
        for row in silent.rows
    ]
    stores = sum(one.stores for one in companies)
    return judge(
        Offenders(_COLUMNS, rows, silent.total),
        right=f"Each of {counted(stores, 'store')} has a snapshot of the last {days} days.",
        wrong=f"{silent.total:,} of {counted(stores, 'store')} have no snapshot of the last "
        f"{days} days{_told(companies)}. Scrape them again: view `stores_to_scrape` gives the "
        "order.",
        key_columns=2,
        figures={
            "stores": stores,
            "companies": len(companies),
            "silent_companies": sum(one.stale == one.stores for one in companies),
        },
    )


def _told(companies: Sequence[CompanySilence]) -> str:
    """Which companies are silent as a whole, and which in part, the former first."""
    whole = [one.company for one in companies if one.stale == one.stores]
    part = [one.company for one in companies if 0 < one.stale < one.stores]
    return (f"; all stores of {named(whole)}" if whole else "") + (
        f"; some of {named(part)}" if part else ""
    )


STALE_STORES = Check(
    "stale_stores",
    "store_prices",
    "Every store that was ever scraped has a recent snapshot; names the stores and companies that "
    "have not.",
    stale_stores,
)
