"""How a store counts for its company's product prices: until when, and from when its lows do."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import NamedTuple

LOW_DAYS = 90
"""How far back from a store's last snapshot its recent low goes."""
_LOW = timedelta(days=LOW_DAYS)


class StoreSnapshot(NamedTuple):
    """A store's last accepted snapshot: its moment (UTC without a zone) and its day."""

    store_key: int
    scraped_at: datetime
    scraped_date: date


class CountedStore(NamedTuple):
    """A row of table `product_price_stores`, whose columns have the same names."""

    store_key: int
    scraped_at: datetime
    is_current: bool
    low_from_at: datetime
    low_from_date: date


@dataclass(frozen=True, slots=True)
class StoreChanges:
    """The stores that count differently from before.

    `all` have a new snapshot or are current where they were not, or no longer; by store_key.
    """

    all: Mapping[int, CountedStore]
    rescraped: frozenset[int]
    current_or_not: frozenset[int]


def counted_store(last: StoreSnapshot, current_from: datetime, zone: tzinfo) -> CountedStore:
    """How a store counts by its last snapshot; it is current if that is not before this moment.

    The 90 days begin at the same hour of the clock in `zone`, also where summer time is between.
    """
    return CountedStore(
        last.store_key,
        last.scraped_at,
        last.scraped_at >= current_from,
        *_low_from(last, zone),
    )


def _low_from(last: StoreSnapshot, zone: tzinfo) -> tuple[datetime, date]:
    """When the 90 days before the snapshot begin; for one of the year 1, with all time."""
    try:
        local = last.scraped_at.replace(tzinfo=UTC).astimezone(zone) - _LOW
        return local.astimezone(UTC).replace(tzinfo=None), last.scraped_date - _LOW
    except OverflowError:
        return datetime.min, date.min


def store_changes(counted: Mapping[int, CountedStore], now: Iterable[CountedStore]) -> StoreChanges:
    """What differs between the stores as they were counted, by store_key, and as they are now."""
    changed = {store.store_key: store for store in now if counted.get(store.store_key) != store}

    def differs(name: str) -> frozenset[int]:
        return frozenset(
            key
            for key, store in changed.items()
            if key not in counted or getattr(counted[key], name) != getattr(store, name)
        )

    return StoreChanges(changed, differs("low_from_at"), differs("is_current"))
