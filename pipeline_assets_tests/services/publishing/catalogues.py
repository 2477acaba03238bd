"""Small catalogues with everything that data sets have to carry."""

from typing import Any

from pipeline_assets.services.files.outcomes import State
from pipeline_assets_tests.workplace import Workplace, row

BARCODE = "9300675024235"
_HOSTILE = 'Jam, "strawberry"\r\n=1+1 – Erdbeer 果酱\u202e 500g'


def _line(store_id: str, day: str, sku: str, price: float | None, **more: Any) -> dict[str, Any]:
    line = row(sku, price, store_id=store_id, day=day, **more)
    line["metadata"] |= {"store_name": f"Store {store_id}", "state": "QLD"}
    return line


def files() -> dict[str, list[dict[str, Any]]]:
    """Four snapshots of two companies in two months, by name; each store's in order of their days.

    There are specials, unit prices, an article that goes and comes back, one of both companies, and
    texts that spoil a careless file.
    """
    special = {"price_was": 9.99, "is_on_special": True, "per_unit_price_string": "$1.10 per 100g"}
    facts = {
        "brand": "Brand & Söhne",
        "category_path": ["Pantry", "Spreads"],
        "url": "https://shop.example/1?a=b,c",
        "image_url": "https://img.example/1.jpg",
        "is_available": True,
    }
    many = [(str(number), number / 100 + 1) for number in range(100, 130)]

    def others(store_id: str, day: str) -> list[dict[str, Any]]:
        return [
            _line(store_id, day, sku, price, name=f"Thing number {sku} 6 x 375ml")
            for sku, price in many
        ]

    def of_coles(line: dict[str, Any]) -> dict[str, Any]:
        return {**line, "metadata": {**line["metadata"], "company": "coles"}}

    return {
        "a1.jsonl": [
            _line("G1", "2025-08-30", "007", 5.5, name=_HOSTILE, **facts),
            _line("G1", "2025-08-30", "8", 0.01, name="Goes away 1kg"),
            *others("G1", "2025-08-30"),
        ],
        "a2.jsonl": [
            _line("G1", "2025-09-02", "007", 4.4, name=_HOSTILE, **facts, **special),
            *others("G1", "2025-09-02"),
        ],
        "a3.jsonl": [
            _line("G1", "2025-09-05", "007", 4.4, name=_HOSTILE, **facts, **special),
            _line("G1", "2025-09-05", "8", 99999.99, name="Goes away 1kg"),
            _line("G1", "2025-09-05", "9", 2.0, name="Both have it", barcode=BARCODE),
            *others("G1", "2025-09-05"),
        ],
        "b1.jsonl": [
            of_coles(one)
            for one in [
                _line("401", "2025-09-03", "77", 2.2, name="Both have it", barcode=BARCODE),
                _line("401", "2025-09-03", "78", None, name="Has no price"),
                *others("401", "2025-09-03"),
            ]
        ],
    }


def fill(place: Workplace, order: tuple[str, ...] = ("a1", "a2", "a3", "b1")) -> None:
    """Take the files in this order, and post-process."""
    listed = files()
    for name in order:
        outcome = place.take(f"{name}.jsonl", listed[f"{name}.jsonl"])
        assert outcome.state is State.ARCHIVED, outcome
    place.post_process()
