"""Parts of a row that several companies' files share: money, unit prices, a scraper's guesses.

What differs between companies, except the wording of a unit price, is in `companies`.
"""

import re
from typing import NamedTuple

from pipeline_assets.sample.articles import Amount
from pipeline_assets.sample.shops import Offer

Product = dict[str, object]

_MEASURES = ("100g", "1kg", "100ml", "1l", "1ea")
# The ending of a unit price on each company's pages, in the order of the measures.
_ENDINGS = {
    "aldi": (" per 100 g", " per 1 kg", " per 100 ml", " per 1 L", " per 1 each"),
    "coles": (" per 100g", " per 1kg", " per 100mL", " per 1L", " per 1ea"),
    "iga": ("/100g", "/kg", "/100ml", "/l", " each"),
    "woolworths": (" / 100G", " / 1KG", " / 100ML", " / 1L", " / 1EA"),
}
_UNITS_OF_MEASURE = ("1kg", "1.0kg", "1l", "1.0l", "1.0each")


class PricePerMeasure(NamedTuple):
    """A price per measure (100g, 1kg, 100ml, 1l, 1ea), in cents, rounded half up."""

    cents: int
    measure: str

    @property
    def is_per_hundred(self) -> bool:
        """Whether it is per 100 g or 100 ml."""
        return self.measure.startswith("100")

    @property
    def unit_of_measure(self) -> str:
        """The unit as scrapers write it, whatever the number next to it means."""
        return _UNITS_OF_MEASURE[_MEASURES.index(self.measure)]


def price_fields(company: str, offer: Offer, is_whole_int: bool) -> Product:
    """The price keys; with `is_whole_int`, 13 dollars are 13, not 13.0."""
    unit = unit_price(offer)
    saved = offer.was_cents - offer.cents if offer.was_cents and offer.cents else None
    return {
        "price_current": _dollars(offer.cents, is_whole_int),
        "price_was": _dollars(offer.was_cents, is_whole_int),
        "per_unit_price_string": _unit_price_text(company, unit) if unit else None,
        "per_unit_price_value": _dollars(unit.cents, is_whole_int) if unit else None,
        "per_unit_price_measure": None,
        "is_on_special": saved is not None,
        "price_save_amount": _dollars(saved, is_whole_int),
    }


def unit_price(offer: Offer) -> PricePerMeasure | None:
    """The offer's price per measure; None without a price."""
    if offer.cents is None:
        return None
    amount = offer.article.amount
    step, measure = _step(amount)
    return PricePerMeasure((2 * offer.cents * step + amount.total) // (2 * amount.total), measure)


def numeric_unit_price(offer: Offer) -> Product:
    """The numeric unit price, as scrapers write it that get it right."""
    unit = unit_price(offer)
    return {
        "unit_price": unit.cents * (10 if unit.is_per_hundred else 1) / 100 if unit else None,
        "unit_of_measure": unit.unit_of_measure if unit else None,
    }


def wrong_numeric_unit_price(offer: Offer) -> Product:
    """The same, but divided where it should be multiplied, as in real files."""
    unit = unit_price(offer)
    return {
        "unit_price": unit.cents // (10 if unit.is_per_hundred else 100) / 100 if unit else None,
        "unit_of_measure": unit.unit_of_measure if unit else None,
    }


def scrapers_guess(name: str, brand: str | None, size: str, scraped_date: str) -> Product:
    """The keys that a scraper computed in its own way; they cannot be trusted."""
    return {
        "normalized_name": name.lower(),
        "normalized_brand": "".join(_words(brand or "")),
        "sizes": [size.lower().replace(" ", "")],
        "normalized_name_brand_size": "".join(sorted(_words(f"{name} {brand or ''} {size}"))),
        "scraped_date": scraped_date,
    }


def as_html(text: str) -> str:
    """`Nana's` → `Nana&#039;s`, as on pages."""
    return text.replace("&", "&amp;").replace("'", "&#039;")


def slug(text: str) -> str:
    """The text as part of an address."""
    return "-".join(_words(text))


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", text.lower())


def _step(amount: Amount) -> tuple[int, str]:
    if amount.unit == "ea":
        return 1, "1ea"
    large, small = ("1kg", "100g") if amount.unit == "g" else ("1l", "100ml")
    return (1000, large) if amount.total >= 1000 else (100, small)


def _unit_price_text(company: str, unit: PricePerMeasure) -> str:
    ending = _ENDINGS[company][_MEASURES.index(unit.measure)]
    return f"${unit.cents / 100:.2f}{ending}"


def _dollars(cents: int | None, is_whole_int: bool) -> int | float | None:
    if cents is None:
        return None
    return cents // 100 if is_whole_int and cents % 100 == 0 else cents / 100
