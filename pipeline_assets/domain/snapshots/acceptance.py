"""Whether a snapshot is accepted: the rules that compare it with what is known about its store.

Rules about a file's bytes are in `inbox.reading`, those about its rows in `rows`. The first rule
that fails gives the reason.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from pipeline_assets.domain.snapshots.snapshot import Snapshot
from pipeline_assets.errors import RefusedFileError

REASONS = (
    "unreadable",
    "duplicate",
    "no_metadata",
    "no_products",
    "future",
    "stale",
    "partial",
)


@dataclass(frozen=True, slots=True)
class LastSnapshot:
    """The store's last accepted snapshot: its time in UTC and how many rows had a price."""

    scraped_at: datetime
    rows_priced: int


@dataclass(frozen=True, slots=True)
class AcceptanceRules:
    """The numbers in the rules. `may_be_partial`: an operator allows this file to be partial."""

    partial_share: float
    future_tolerance: timedelta
    may_be_partial: bool = False


def check_acceptance(
    snapshot: Snapshot, last: LastSnapshot | None, now: datetime, rules: AcceptanceRules
) -> None:
    """Raise `RefusedFileError` (`future`, `stale`, `partial`) when the snapshot is not accepted.

    `now` is in UTC, without zone.
    """
    scraped_at = snapshot.header.scraped_at
    if scraped_at > now + rules.future_tolerance:
        raise RefusedFileError(
            "future",
            f"The snapshot's time, {_shown(scraped_at)}, is more than {rules.future_tolerance} "
            f"ahead of now, {_shown(now)}. Correct the scraper's clock and scrape again.",
            facts=snapshot.facts,
        )
    if last is None:
        return
    if scraped_at <= last.scraped_at:
        raise RefusedFileError(
            "stale",
            f"The snapshot's time, {_shown(scraped_at)}, is not later than that of the store's "
            f"last accepted snapshot, {_shown(last.scraped_at)}. The catalogue's prices are at "
            "least as new, so there is nothing to do.",
            facts=snapshot.facts,
        )
    priced = snapshot.rows_priced
    if priced < rules.partial_share * last.rows_priced and not rules.may_be_partial:
        raise RefusedFileError(
            "partial",
            f"Only {priced} rows have a price; the store's last accepted snapshot had "
            f"{last.rows_priced}, and at least {rules.partial_share:.0%} of that is required. "
            "Accepting this one would delist articles that are still sold. Scrape the store again. "
            "If it really sells this little now, run: pipeline-assets requeue --force FILE.",
            facts=snapshot.facts,
        )


def _shown(moment: datetime) -> str:
    return f"{moment.isoformat(sep=' ', timespec='seconds')} UTC"
