"""The JSON that price-comparison front ends read: one array, an article of a company each.

The shape is that of the open price-comparison sites: `store` is the retailer, `priceHistory` has
the newest price first, and the first one is `price`. `docs/published.md` explains each key.
"""

from collections.abc import Iterable
from pathlib import Path
from types import TracebackType

import msgspec


class PriceOfDay(msgspec.Struct, frozen=True):
    """A price in dollars, and the day (ISO) from which it was asked."""

    date: str
    price: float


class ComparedArticle(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """One article; keys that are empty are left out, but for those without a default."""

    id: str
    store: str
    name: str
    price: float
    price_history: list[PriceOfDay]
    unit: str | None
    quantity: float | None
    is_weighted: bool
    brand: str | None = None
    category: str | None = None
    url: str | None = None
    image: str | None = None
    barcode: str | None = None
    product_id: int | None = None
    unit_price: float | None = None
    unit_of_measure: str | None = None
    store_id: str | None = None
    stores: int = 0


class ComparisonTarget:
    """The file that is being written: an array, one article a line."""

    def __init__(self, path: Path) -> None:
        self.rows = 0
        self._stream = path.open("wb")
        self._encoder = msgspec.json.Encoder()
        self._stream.write(b"[")

    def add(self, articles: Iterable[ComparedArticle]) -> None:
        """Add articles."""
        for article in articles:
            self._stream.write(b",\n" if self.rows else b"\n")
            self._stream.write(self._encoder.encode(article))
            self.rows += 1

    def __enter__(self) -> "ComparisonTarget":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Complete the file."""
        with self._stream:
            if error is None:
                self._stream.write(b"\n]\n")
