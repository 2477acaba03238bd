"""What the real files say, read the slow and obvious way, without any of the project's code."""

import gzip
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

_UNIT_TEXT = re.compile(r"\$([\d,]+\.\d+) ?(?:per |/)? ?(\d*) ?([a-zA-Z]+)")
_PER_UNIT = {"kg": (1, "kg"), "g": (1000, "kg"), "l": (1, "l"), "ml": (1000, "l")}
_PER_UNIT |= {"ea": (1, "ea"), "each": (1, "ea"), "sheets": (1, "sheet"), "m": (1, "m")}

Price = tuple[Decimal, Decimal | None, bool, Decimal | None, str | None]
"""price, price before the special, is on special, unit price, unit."""


@dataclass
class NaiveFile:
    """One file: its rows by line number, without any rule applied."""

    name: str
    rows: dict[int, dict[str, Any]]

    @property
    def metadata(self) -> dict[str, Any]:
        return next(row["metadata"] for row in self.rows.values())

    @property
    def store(self) -> tuple[str, str]:
        return self.metadata["company"], str(self.metadata["store_id"])

    @property
    def time(self) -> str:
        return str(self.metadata.get("scraped_date") or self.metadata.get("scraped_at"))

    def prices(self) -> dict[str, Price]:
        """By SKU; of a repeated SKU the first row."""
        found: dict[str, Price] = {}
        seen: set[str] = set()
        for row in self.rows.values():
            product = row["product"]
            sku = str(product["sku"])
            if sku not in seen and product["price_current"] is not None:
                found[sku] = naive_price(product)
            seen.add(sku)
        return found


def read_files(paths: Iterable[Path]) -> list[NaiveFile]:
    """Every file, by name."""
    return [NaiveFile(path.name, _rows(path)) for path in sorted(paths)]


def _rows(path: Path) -> dict[int, dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return {
            number: json.loads(line, parse_float=Decimal) for number, line in enumerate(lines, 1)
        }


def naive_price(product: dict[str, Any]) -> Price:
    """The price of a row that has one."""
    was = product["price_was"]
    unit_price, unit = naive_unit_price(product["per_unit_price_string"])
    return (
        Decimal(product["price_current"]),
        None if was is None else Decimal(was),
        bool(product["is_on_special"]),
        unit_price,
        unit,
    )


def naive_unit_price(text: str | None) -> tuple[Decimal | None, str | None]:
    """Dollars per kg, l, each, sheet or metre; (None, None) for other units."""
    match = _UNIT_TEXT.fullmatch(text or "")
    if match is None or match[3].lower() not in _PER_UNIT:
        return None, None
    factor, unit = _PER_UNIT[match[3].lower()]
    dollars = Decimal(match[1].replace(",", "")) * factor / Decimal(match[2] or 1)
    return dollars.quantize(Decimal("0.0001"), ROUND_HALF_UP), unit
