"""How each company's scraper writes an offer: one function per company, in the form of real rows.

The keys include those that cannot be trusted (`normalized_*`, `unit_price`); they are wrong here in
the same ways as real ones. The page addresses lead nowhere (`.example`, RFC 2606).
"""

import re
from collections.abc import Callable, Mapping

from pipeline_assets.sample.articles import Article, dice, in_store_number, second_gtin
from pipeline_assets.sample.fields import (
    Product,
    as_html,
    numeric_unit_price,
    price_fields,
    scrapers_guess,
    slug,
    wrong_numeric_unit_price,
)
from pipeline_assets.sample.shops import Offer
from pipeline_assets.sample.words import GOLDWATTLE

_LARK_PATH_FARM = "云雀小径田园食品"  # an invented maker that IGA gives for its fresh articles
_IN_STORE_ARTICLE = "Kent Pumpkin"
_WITHOUT_BARCODE_SHARE = {"coles": 0.35, "iga": 0.1, "woolworths": 0.03}


def sku(company: str, article: Article) -> str | int:
    """The company's own article number, in its own type."""
    match company:
        case "aldi":
            return f"{400_000 + article.number * 37:018d}"
        case "coles":
            return 3_100_000 + article.number * 71
        case "iga":
            return str(370_000 + article.number * 13)
        case _:
            return 52_000 + article.number * 29


def product(company: str, offer: Offer, scraped_date: str) -> Product:
    """The `product` object of a row."""
    return _WRITERS[company](offer, scraped_date)


def _aldi(offer: Offer, scraped_date: str) -> Product:
    article = offer.article
    number = sku("aldi", article)
    size = re.sub(r"(\d)(g|kg|ml|L)\b", r"\1 \2", article.size)
    name = article.name if article.kind == "fresh" else f"{article.name} {article.size}"
    return {
        "sku": number,
        "name": name,
        "brand": article.brand.upper() if article.brand else None,
        "barcode": None,
        "description": None,
        "size": size,
        "image_url": f"https://images.aldi.example/scaleWidth/{{width}}/{number}/{{slug}}",
        "url": f"https://aldi.example/product/{slug(name)}-{number}",
        "category_path": list(article.path[:2]),
        **price_fields("aldi", offer, is_whole_int=False),
        **wrong_numeric_unit_price(offer),
        "is_available": False,
        **scrapers_guess(article.name, article.brand, size, scraped_date),
    }


def _coles(offer: Offer, scraped_date: str) -> Product:
    article = offer.article
    number = sku("coles", article)
    brand = f"{GOLDWATTLE} Foods Pty Ltd" if article.brand == GOLDWATTLE else article.brand or ""
    return {
        "sku": number,
        "name": article.name,
        "brand": as_html(brand),
        "barcode": _coles_barcode(article),
        "description": f"{brand} {article.name} {article.size}".strip().upper(),
        "size": article.size,
        "image_url": f"https://images.coles.example/{number}.jpg",
        "url": f"https://coles.example/product/{slug(article.name)}-{number}",
        "category_path": list(article.path),
        **price_fields("coles", offer, is_whole_int=True),
        "is_available": offer.cents is not None,
        **numeric_unit_price(offer),
        **scrapers_guess(article.name, brand, article.size, scraped_date),
    }


def _iga(offer: Offer, scraped_date: str) -> Product:
    article = offer.article
    number = sku("iga", article)
    brand = as_html(article.brand.upper()) if article.brand else _LARK_PATH_FARM
    size = f"{article.size} {'EachUnit' if article.kind == 'fresh' else 'Each'}"
    return {
        "sku": number,
        "name": f"{article.brand or ''} {article.name}".strip(),
        "brand": brand,
        "barcode": _iga_barcode(article),
        "description": f"{article.name}, {article.size}.<br /><br />Keep in a cool place.<br />",
        "size": size,
        "image_url": f"https://images.iga.example/{number}.jpg",
        "url": None,
        "category_path": ["Grocery", *(level.replace("&", "And") for level in article.path)],
        **price_fields("iga", offer, is_whole_int=True),
        "is_available": True,
        **numeric_unit_price(offer),
        **scrapers_guess(article.name, brand, size, scraped_date),
    }


def _woolworths(offer: Offer, scraped_date: str) -> Product:
    article = offer.article
    number = sku("woolworths", article)
    return {
        "sku": number,
        "name": article.name,
        "brand": article.brand,
        "barcode": None if _lacks_barcode("woolworths", article) else article.gtin,
        "size": article.size,
        "image_url": f"https://images.woolworths.example/{number}.jpg",
        "url": f"https://woolworths.example/product/{number}/{slug(article.name)}",
        "category_path": list(article.path),
        **price_fields("woolworths", offer, is_whole_int=False),
        "is_available": True,
        **scrapers_guess(article.name, article.brand, article.size, scraped_date),
    }


_WRITERS: Mapping[str, Callable[[Offer, str], Product]] = {
    "aldi": _aldi,
    "coles": _coles,
    "iga": _iga,
    "woolworths": _woolworths,
}


def _coles_barcode(article: Article) -> str | None:
    if article.name == _IN_STORE_ARTICLE:
        return in_store_number(article)
    if article.gtin is None or _lacks_barcode("coles", article):
        return None
    return article.gtin.zfill(13)


def _iga_barcode(article: Article) -> str | None:
    """Mostly the number; sometimes two of them, or one of three things that are not barcodes."""
    if article.gtin is None or _lacks_barcode("iga", article):
        return None
    oddities = (
        f"{article.gtin},{second_gtin(article)}",
        "notfound",
        str(sku("iga", article)),
        f"{article.gtin[:-1]}{(int(article.gtin[-1]) + 1) % 10}",
    )
    chance = dice("iga", article.number, "odd barcode")
    return chance.choices((article.gtin, *oddities), (82, 9, 3, 3, 3))[0]


def _lacks_barcode(company: str, article: Article) -> bool:
    share = _WITHOUT_BARCODE_SHARE[company]
    return dice(company, article.number, "barcode").random() < share
