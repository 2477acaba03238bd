"""A shop's product page: whether it is one, and which barcode it gives. Nothing is fetched.

Two places are read, in this order: the JSON-LD `Product` (schema.org/Product: `gtin`, `gtin13`,
`gtin14`, `gtin8`, then `mpn`), then the page's own data, in the place that a retailer's module
gives.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from selectolax.lexbor import LexborHTMLParser

from pipeline_assets.domain.enrichment.page_scripts import page_scripts
from pipeline_assets.domain.json_nesting import check_nesting
from pipeline_assets.domain.normalisation.barcodes import normalise_barcode
from pipeline_assets.domain.retailers import PAGE_DATA, PageData

_GTIN_KEYS = ("gtin", "gtin13", "gtin14", "gtin8", "mpn")
_INEXACT_FROM = 2.0**53  # from here on, a float stands for several whole numbers
_UNDECODABLE = (msgspec.DecodeError, ValueError)


@dataclass(frozen=True, slots=True)
class ProductPage:
    """What a page says: whether it is about a product, and the product's GTIN-13, if it has one.

    `is_product` is False for a page of the shop that shows no product, such as an error page.
    """

    is_product: bool
    barcode: str | None = None


def read_product_page(html: bytes, sku: str) -> ProductPage | None:
    """What the page of `sku` says; None when it is not a page of the shop but a captcha.

    It is taken for a captcha when it has neither a JSON-LD `Product` nor any retailer's own data.
    When a page shows several products, the one with this `sku` comes first.
    """
    tree = LexborHTMLParser(page_scripts(html))
    linked = sorted(_linked_products(tree), key=lambda node: not _is_of(node, sku))
    scripts = [(where, tree.css_first(where.script)) for where in PAGE_DATA]
    own = [(where, _decoded(script.text())) for where, script in scripts if script is not None]
    if not linked and not own:
        return None
    numbers = [node.get(key) for node in linked for key in _GTIN_KEYS]
    own_numbers = [number for where, data in own for number in _own_numbers(where, data)]
    found = (normalise_barcode(_as_read(number), sku) for number in numbers + own_numbers)
    barcode = next((gtin for gtin in found if gtin is not None), None)
    return ProductPage(bool(linked or own_numbers), barcode)


def _linked_products(tree: LexborHTMLParser) -> Iterator[Mapping[str, Any]]:
    for script in tree.css("script[type]"):
        kind = (script.attributes.get("type") or "").partition(";")[0].strip().lower()
        if kind == "application/ld+json":
            yield from _products_in(_decoded(script.text()))


def _products_in(value: Any) -> Iterator[Mapping[str, Any]]:
    """The products that a JSON-LD document is about, without those it only lists as related."""
    if isinstance(value, list):
        for item in value:
            yield from _products_in(item)
    elif isinstance(value, dict):
        if _is_product(value.get("@type")):
            yield value
        for key in ("@graph", "mainEntity", "mainEntityOfPage"):
            yield from _products_in(value.get(key))


def _is_product(kind: Any) -> bool:
    kinds = kind if isinstance(kind, list) else [kind]
    names = (k.replace(":", "/").split("/")[-1] for k in kinds if isinstance(k, str))
    return "Product" in names


def _is_of(node: Mapping[str, Any], sku: str) -> bool:
    return str(node.get("sku", node.get("productID"))).strip() == sku


def _own_numbers(where: PageData, data: Any) -> Iterator[Any]:
    """The GTIN field of each product in a page's own data; None if a product has none."""
    for path in where.products:
        product = _at(data, path)
        if isinstance(product, dict):
            yield _at(product, where.barcode)


def _at(data: Any, path: str) -> Any:
    for key in path.split("."):
        data = data.get(key) if isinstance(data, dict) else None
    return data


def _decoded(text: str) -> Any:
    encoded = text.strip().encode()
    try:
        check_nesting(encoded)
        return msgspec.json.decode(encoded)
    except _UNDECODABLE:
        return None


def _as_read(number: object) -> object:
    """A number as `normalise_barcode` reads it: a list as text, a whole float as what it means."""
    if isinstance(number, list):
        return ",".join(str(_as_whole(one)) for one in number)
    return _as_whole(number)


def _as_whole(number: object) -> object:
    """The whole number that a float gives exactly; anything else unchanged."""
    if not isinstance(number, float) or abs(number) >= _INEXACT_FROM:
        return number
    return int(number) if number.is_integer() else number
