"""Which old entries of the price history no rule needs, once a file has them: a pure plan."""

from collections.abc import Iterable
from datetime import date, datetime
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from pipeline_assets.domain.snapshots.prices import CHANGED


class PastEntry(NamedTuple):
    """One entry of a store's history; `price_cents` is None from when the SKU was delisted."""

    sku_id: int
    scraped_at: datetime
    scraped_date: date
    change: str
    price_cents: int | None


def entries_not_needed(entries: Iterable[PastEntry]) -> list[PastEntry]:
    """Those of a store's old entries, by SKU and time, that no rule asks for any more.

    Needed are, of each SKU: when it was listed and delisted, from which follows what was sold side
    by side; the last price, which was in force when the younger entries begin, and which is the
    price before for one that comes back; and the first of the lowest prices.
    """
    gone: list[PastEntry] = []
    for _, of_sku in groupby(entries, key=attrgetter("sku_id")):
        priced = [one for one in of_sku if one.price_cents is not None]
        if not priced:
            continue
        lowest = min((one.price_cents or 0, one.scraped_date) for one in priced)
        gone += (
            one
            for one in priced[:-1]
            if one.change == CHANGED and (one.price_cents, one.scraped_date) != lowest
        )
    return gone


def first_kept_moment(now: datetime, years: int) -> datetime:
    """The begin of the first year (UTC) that stays: so many whole years before the present one."""
    return datetime(max(1, now.year - years), 1, 1)
