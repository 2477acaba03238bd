"""What the views should show of the real files, read the slow and obvious way from the files."""

import statistics
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from pipeline_assets_tests.end_to_end.naive_catalogue import NaiveFile, Price

Store = tuple[str, str]
Change = tuple[str, str, Decimal | None]
"""Day, kind, and the price from then on."""
FACTS = ("name", "size", "category_path", "url", "image_url")


@dataclass
class NaiveStore:
    """One store after all of its files."""

    name: str = ""
    state: str = ""
    day: str = ""
    prices: dict[str, Price] = field(default_factory=dict)
    available: dict[str, bool | None] = field(default_factory=dict)
    past: dict[str, list[Change]] = field(default_factory=lambda: defaultdict(list))

    def take(self, file: NaiveFile) -> None:
        """The file is all that the store sells from its day on."""
        self.name, self.state = file.metadata["store_name"], file.metadata["state"]
        self.day, self.prices = file.time[:10], file.prices()
        first = {str(row["product"]["sku"]): row["product"] for row in reversed(file.rows.values())}
        self.available = {sku: product.get("is_available") for sku, product in first.items()}
        for sku in self.prices.keys() | self.past.keys():
            past = self.past[sku]
            price = self.prices[sku][0] if sku in self.prices else None
            if not past:
                past.append((self.day, "first_seen", price))
            elif past[-1][2] != price:
                kind = "delisted" if price is None else "back" if past[-1][2] is None else "changed"
                past.append((self.day, kind, price))

    def priced_before(self, sku: str, place: int) -> Decimal | None:
        """The last price before the change at this place of the SKU's past."""
        earlier = [price for _, _, price in self.past[sku][:place] if price is not None]
        return earlier[-1] if earlier else None

    def in_force(self, sku: str) -> Iterable[tuple[Decimal, str]]:
        """The price on each of the 90 days before the last snapshot, and on its day."""
        for ago in range(90, -1, -1):
            day = (date.fromisoformat(self.day) - timedelta(days=ago)).isoformat()
            before = [price for since, _, price in self.past[sku] if since <= day]
            if before and before[-1] is not None:
                yield before[-1], day


class NaiveShops:
    """All stores and SKUs after these files, in the order of their time."""

    def __init__(self, files: Iterable[NaiveFile]) -> None:
        self.stores: dict[Store, NaiveStore] = defaultdict(NaiveStore)
        self.facts: dict[tuple[str, str], dict[str, Any]] = defaultdict(dict)
        # Of two files of one time, the facts in that of the lower store id count.
        by_store = sorted(files, key=lambda file: file.store, reverse=True)
        for file in sorted(by_store, key=lambda file: file.time):
            self.stores[file.store].take(file)
            self._note_facts(file)

    def _note_facts(self, file: NaiveFile) -> None:
        seen = set()
        for row in file.rows.values():
            product = row["product"]
            sku = str(product["sku"])
            if sku not in seen:
                known = {name: _fact(product.get(name)) for name in FACTS}
                known = {name: value for name, value in known.items() if value is not None}
                self.facts[file.store[0], sku] |= known
            seen.add(sku)

    def store_prices(self) -> dict[tuple[str, str, str], tuple[Any, ...]]:
        """By company, store and SKU."""
        return {
            (*key, sku): self.row(key, sku)
            for key, store in self.stores.items()
            for sku in store.prices
        }

    def row(self, key: Store, sku: str) -> tuple[Any, ...]:
        """What the view shows of a price, besides the columns that name it."""
        store, facts = self.stores[key], self.facts[key[0], sku]
        price, was, special, unit_price, unit = store.prices[sku]
        past = store.past[sku]
        return (
            *(facts.get(name) for name in FACTS),
            price,
            store.priced_before(sku, len(past) - 1),
            was,
            special,
            unit_price,
            unit,
            store.available[sku],
            past[-1][0],
            store.day,
            store.name,
            store.state,
        )

    def price_changes(self) -> dict[tuple[str, str, str, str], tuple[Any, ...]]:
        """By company, store, SKU and day."""
        found = {}
        for key, store in self.stores.items():
            for sku, past in store.past.items():
                for place, (day, kind, price) in enumerate(past):
                    before = store.priced_before(sku, place)
                    difference = None if price is None or before is None else price - before
                    found[(*key, sku, day)] = (kind, price, before, difference)
        return found

    def product_prices(
        self, product_of: Mapping[tuple[str, str], int]
    ) -> dict[tuple[int, str], tuple[Any, ...]]:
        """By product and company; `product_of`: each SKU's product, by company and SKU."""
        sold: dict[tuple[int, str], list[tuple[Price, str, str]]] = defaultdict(list)
        had: dict[tuple[int, str], list[tuple[Decimal, str]]] = defaultdict(list)
        recent: dict[tuple[int, str], list[tuple[Decimal, str]]] = defaultdict(list)
        for (company, store_id), store in self.stores.items():
            for sku, past in store.past.items():
                key = product_of[company, sku], company
                had[key] += [(price, day) for day, _, price in past if price is not None]
                recent[key] += store.in_force(sku)
                if sku in store.prices:
                    sold[key].append((store.prices[sku], sku, store_id))
        return {
            key: (*_today(found), *min(recent[key]), *min(had[key])) for key, found in sold.items()
        }


def _today(found: Sequence[tuple[Price, str, str]]) -> tuple[Any, ...]:
    prices = [price[0] for price, _, _ in found]
    cheapest = min(
        (price[0], price[3] is None, price[3] or 0, price[4] or "", sku) for price, sku, _ in found
    )
    return (
        cheapest[0],
        statistics.median_low(prices),
        max(prices),
        len({store_id for _, _, store_id in found}),
        None if cheapest[1] else cheapest[2],
        cheapest[3] or None,
    )


def _fact(value: Any) -> Any:
    if isinstance(value, list):
        value = " › ".join(part.strip() for part in value if part.strip())
    return (value.strip() or None) if isinstance(value, str) else value
