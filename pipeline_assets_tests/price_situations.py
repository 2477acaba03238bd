"""Catalogues to ask for prices: a group with a stale store, an article at two companies."""

from datetime import timedelta
from typing import Any

from pipeline_assets.services.pipeline import utc_now
from pipeline_assets_tests.workplace import Clock, Workplace, row

BARCODE = "9300650658615"
LONG_AGO, TODAY = 20, 0


def day(place: Workplace, ago: int) -> str:
    """The day so many days before the workplace's today."""
    return (place.pipeline.clock() - timedelta(days=ago)).date().isoformat()


def scrape(
    place: Workplace, store_id: str, ago: int, *rows: dict[str, Any], company: str = "aldi"
) -> None:
    """A store's snapshot of a day: these rows, and a hundred others at prices of their own."""
    others = [
        row(f"9{number:03}", 1 + number / 100, name=f"Other thing {number}")
        for number in range(100)
    ]
    header = {
        "company": company,
        "store_id": store_id,
        "scraped_date": day(place, ago),
        "store_name": f"{company} {store_id}",
        "state": "nsw",
    }
    place.take(
        f"{company}-{store_id}-{ago}.jsonl",
        [{"product": one["product"], "metadata": header} for one in (*rows, *others)],
    )


def two_companies(place: Workplace) -> None:
    """Tea with a barcode at aldi (G1; G2, stale, in its group; G3, dearer) and at iga; no milk.

    At aldi it has cost $4.00, and has been on special for $3.50 since today.
    """
    tea: dict[str, Any] = {
        "name": "Green Tea 100g",
        "brand": "Dilly",
        "barcode": BARCODE,
        "size": "100 g",
    }
    today = place.pipeline.clock()
    for store_id in ("G1", "G2"):
        scrape(place, store_id, LONG_AGO, row("0042", 4.0, **tea))
    scrape(place, "G3", LONG_AGO, row("0042", 4.5, **tea), *more_of_g3())
    scrape(place, "7", TODAY, row("tea-1", 3.95, **tea), company="iga")
    place.change(clock=Clock(today - timedelta(days=LONG_AGO)))
    place.post_process()  # stores are grouped while they are current
    place.change(clock=utc_now)
    special: dict[str, Any] = {
        "price_was": 4.0,
        "is_on_special": True,
        "per_unit_price_string": "$3.50 per 100g",
    }
    scrape(place, "G1", TODAY, row("0042", 3.5, **tea, **special))
    place.post_process()


def more_of_g3() -> list[dict[str, Any]]:
    """What only that store sells, so that it is in no other's group."""
    return [row(f"8{number}", 2.0, name=f"Thing of G3 {number}") for number in range(60)]


def product_id(place: Workplace, sku: str = "0042") -> int:
    """The product of an article."""
    found: int = place.one("SELECT product_id FROM skus WHERE sku = :sku", sku=sku)
    return found


def retire(place: Workplace) -> tuple[int, int]:
    """Two articles without barcodes become one product: its id, and the one that was retired."""
    scrape(place, "G8", TODAY, row("a", 1.0, name="Oat Bar"), row("b", 1.2, name="Oat Slice"))
    before = {product_id(place, "a"), product_id(place, "b")}
    code = "5000159484695"
    scrape(
        place,
        "G9",
        TODAY,
        row("a", 1.0, name="Oat Bar", barcode=code),
        row("b", 1.2, name="Oat Slice", barcode=code),
    )
    place.post_process()
    kept = product_id(place, "a")
    (retired,) = before - {kept}
    return kept, retired
