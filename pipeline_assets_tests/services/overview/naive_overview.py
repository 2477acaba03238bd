"""The figures of the catalogue report, the slow, obvious way: every row, in plain loops.

An oracle for `catalogue.overview`; it reads `prices`, `price_history`, `skus` and `stores` as they
are, and takes companies' middle prices from those, not from what post-processing keeps.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from pipeline_assets.domain.comparison.price_levels import PairBasket
from pipeline_assets_tests.workplace import Workplace


@dataclass
class Sold:
    """A price with all that belongs to it."""

    company: str
    store_id: str
    sku: str
    product_id: int
    cents: int
    before: int | None
    is_on_special: bool
    since: date


def as_day(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value)[:10])


class NaiveOverview:
    """All rows of a place's catalogue, and what can be counted on them."""

    def __init__(self, place: Workplace) -> None:
        self.sold = [
            Sold(row[0], row[1], row[2], row[3], row[4], row[5], bool(row[6]), as_day(row[7]))
            for row in place.rows(
                "SELECT t.company, t.store_id, s.sku, s.product_id, p.price_cents, "
                "p.previous_price_cents, p.is_on_special, p.price_since_date "
                "FROM prices p JOIN stores t USING (store_key) JOIN skus s USING (sku_id)"
            )
        ]
        self.history = [
            (row[0], row[1], row[2], as_day(row[3]))
            for row in place.rows(
                "SELECT s.company, s.sku, h.`change`, h.scraped_date "
                "FROM price_history h JOIN skus s USING (sku_id)"
            )
        ]
        self.skus = place.rows("SELECT company, sku FROM skus")
        self.week_ends: dict[str, date] = {}
        for company, last in place.rows(
            "SELECT company, last_scraped_date FROM stores WHERE last_scraped_date IS NOT NULL"
        ):
            self.week_ends[company] = max(self.week_ends.get(company, date.min), as_day(last))

    def middle_prices(self) -> dict[int, dict[str, int]]:
        """Product → company → the middle of its prices there, the lower one of two."""
        found: defaultdict[int, defaultdict[str, list[int]]]
        found = defaultdict(lambda: defaultdict(list))
        for one in self.sold:
            found[one.product_id][one.company].append(one.cents)
        return {
            product: {
                company: sorted(prices)[(len(prices) - 1) // 2] for company, prices in its.items()
            }
            for product, its in found.items()
        }

    def shared_by(self) -> dict[int, int]:
        """Number of companies → products."""
        return dict(Counter(len(its) for its in self.middle_prices().values()))

    def ranges(self) -> dict[str, tuple[int, int]]:
        """Company → its products, and those that nobody else sells."""
        found: dict[str, tuple[int, int]] = {}
        for its in self.middle_prices().values():
            for company in its:
                products, alone = found.get(company, (0, 0))
                found[company] = products + 1, alone + (len(its) == 1)
        return found

    def baskets(self) -> list[PairBasket]:
        """For each two companies one of each product that both sell."""
        found: defaultdict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
        for its in self.middle_prices().values():
            for a in its:
                for b in its:
                    if a < b:
                        found[a, b].append((its[a], its[b]))
        return [
            PairBasket(
                *pair,
                len(prices),
                sum(a for a, _ in prices),
                sum(b for _, b in prices),
                sum(a < b for a, b in prices),
                sum(a == b for a, b in prices),
            )
            for pair, prices in sorted(found.items())
        ]

    def gap_ratios(self, with_barcode: set[int], largest: int) -> list[float]:
        """High ÷ low of each product with a barcode whose prices differ, the widest first."""
        ratios = []
        for product, its in self.middle_prices().items():
            low, high = min(its.values()), max(its.values())
            if product in with_barcode and low < high <= largest * low:
                ratios.append(high / low)
        return sorted(ratios, reverse=True)

    def moved(self) -> list[Sold]:
        """The prices that are not what they were a week before the company's newest snapshot."""
        return [
            one
            for one in self.sold
            if one.before not in (None, one.cents)
            and one.since > self.week_ends[one.company] - timedelta(days=7)
        ]

    def largest(self, *, falls: bool, most: int) -> list[tuple[str, str, int, int, int]]:
        """(company, SKU, before, now, stores) of the articles that moved most."""
        ways = Counter(
            (one.company, one.sku, one.before or 0, one.cents)
            for one in self.moved()
            if (one.cents < (one.before or 0)) == falls
        )
        best: dict[tuple[str, str], tuple[float, int]] = {}
        rows = [(*way, stores) for way, stores in ways.items()]
        rows.sort(key=lambda row: row[3] / row[2], reverse=not falls)
        kept = []
        for row in rows:
            if row[:2] not in best:
                best[row[0], row[1]] = (row[3] / row[2], row[4])
                kept.append(row)
        return kept[:most]

    def came_and_went(self, company: str) -> tuple[set[str], set[str]]:
        """The SKUs that are new in the company's week, and those that are gone since."""
        since = self.week_ends[company] - timedelta(days=7)
        sold = {one.sku for one in self.sold if one.company == company}
        known = {row[1] for row in self.history if row[0] == company and row[3] <= since}
        left = {
            row[1]
            for row in self.history
            if row[0] == company and row[2] == "delisted" and row[3] > since
        }
        return sold - known, (left & known) - sold
