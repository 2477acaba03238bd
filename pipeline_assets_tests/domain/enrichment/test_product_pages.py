"""Which barcode a product page gives, and what is not a product page."""

import json
from typing import Any

import pytest

from pipeline_assets.domain.enrichment.product_pages import ProductPage, read_product_page

GOOD, OTHER = "9310645111766", "9300675024235"
FOUND = ProductPage(True, GOOD)
NONE = ProductPage(True)


def linked(data: Any, kind: str = "application/ld+json") -> str:
    """A JSON-LD script."""
    return f'<script type="{kind}">{data if isinstance(data, str) else json.dumps(data)}</script>'


def product(**more: Any) -> dict[str, Any]:
    """A JSON-LD product."""
    return {"@context": "https://schema.org", "@type": "Product", **more}


def next_data(data: Any) -> str:
    """The page's own data."""
    text = data if isinstance(data, str) else json.dumps(data)
    return f'<script id="__NEXT_DATA__" type="application/json">{text}</script>'


PAGES = {
    "a product": (linked(product(gtin=GOOD)), FOUND),
    "a list of things": (linked([{"@type": "WebPage"}, product(gtin13=GOOD)]), FOUND),
    "a graph": (linked({"@graph": [{"@type": "Store"}, product(gtin=GOOD)]}), FOUND),
    "a page's main thing": (linked({"@type": "WebPage", "mainEntity": product(gtin=GOOD)}), FOUND),
    "a list of types": (linked(product(gtin=GOOD) | {"@type": ["Product", "Food"]}), FOUND),
    "a type's address": (
        linked(product(gtin=GOOD) | {"@type": "http://schema.org/Product"}),
        FOUND,
    ),
    "a type's prefix": (linked(product(gtin=GOOD) | {"@type": "schema:Product"}), FOUND),
    "a charset": (linked(product(gtin=GOOD), "Application/LD+JSON; charset=utf-8"), FOUND),
    "broken JSON beside it": (linked("{oops") + linked(product(gtin=GOOD)), FOUND),
    "deep JSON beside it": (linked("[" * 100_000) + linked(product(gtin=GOOD)), FOUND),
    "gtin before gtin13": (linked(product(gtin13=OTHER, gtin=GOOD)), FOUND),
    "gtin13 before gtin14": (linked(product(gtin14=f"0{OTHER}", gtin13=GOOD)), FOUND),
    "gtin14 before gtin8": (linked(product(gtin8="96385074", gtin14=f"0{GOOD}")), FOUND),
    "gtin8 before mpn": (
        linked(product(mpn=GOOD, gtin8="96385074")),
        ProductPage(True, "0000096385074"),
    ),
    "an mpn that is a GTIN": (linked(product(mpn=GOOD)), FOUND),
    "an mpn that is none": (linked(product(mpn="CR-2032")), NONE),
    "the next valid key": (linked(product(gtin="9310645111760", gtin13=GOOD)), FOUND),
    "a number": (linked(product(gtin13=int(GOOD))), FOUND),
    "a float": (linked(product(gtin13=float(GOOD))), FOUND),
    "a float with an exponent": (linked('{"@type": "Product", "gtin": 9.310645111766e12}'), FOUND),
    "a float in a list": (linked(product(gtin=[1.5, float(GOOD)])), FOUND),
    "a float in the page's data": (
        next_data({"pageProps": {"product": {"gtin": float(GOOD)}}}),
        FOUND,
    ),
    "a float that is not whole": (linked(product(gtin13=float(GOOD) + 0.5)), NONE),
    "a float that is not exact": (linked(product(gtin=2.0**53, gtin13=9.3e300)), NONE),
    "a float that is none": (linked('{"@type": "Product", "gtin": NaN}'), None),
    "no float but a truth": (linked(product(gtin13=True)), NONE),
    "a UPC": (linked(product(gtin="036000291452")), ProductPage(True, "0036000291452")),
    "several": (linked(product(gtin=f"1234567890123, {GOOD}, {OTHER}")), FOUND),
    "a list": (linked(product(gtin=["1234567890123", int(GOOD)])), FOUND),
    "a wrong check digit": (linked(product(gtin="9310645111767")), NONE),
    "a number of the shop's own": (linked(product(gtin="2918940000005")), NONE),
    "the SKU by mistake": (linked(product(gtin="9300601234561")), NONE),
    "an object": (linked(product(gtin={"value": GOOD})), NONE),
    "two products, ours second": (
        linked([product(sku="1", gtin=OTHER), product(sku="9300601234561", gtin=GOOD)]),
        FOUND,
    ),
    "JSON-LD first": (
        linked(product(gtin=GOOD)) + next_data({"pageProps": {"product": {"gtin": OTHER}}}),
        FOUND,
    ),
    "the page's data where JSON-LD has none": (
        linked(product()) + next_data({"props": {"pageProps": {"product": {"gtin": GOOD}}}}),
        FOUND,
    ),
    "the page's product": (next_data({"pageProps": {"product": {"gtin": GOOD}}}), FOUND),
    "the page's layout": (
        next_data({"props": {"pageProps": {"pdpLayout": {"product": {"gtin": GOOD}}}}}),
        FOUND,
    ),
    "the page's product without": (next_data({"pageProps": {"product": {"gtin": None}}}), NONE),
    "a page of the shop, no product": (
        next_data({"props": {"pageProps": {"statusCode": 500}}}),
        ProductPage(False),
    ),
    "data that cannot be read": (next_data("{oops"), ProductPage(False)),
    "data of another shape": (next_data([1, 2]), ProductPage(False)),
    "unclosed tags": (f"<html><div><p>{linked(product(gtin=GOOD))}<div>", FOUND),
    "a captcha": ("<html><body>Are you a robot?</body></html>", None),
    "nothing": ("", None),
    "related products only": (
        linked({"@type": "ItemList", "itemListElement": [product(gtin=GOOD)]}),
        None,
    ),
    "a product in a comment": (f"<!-- {linked(product(gtin=GOOD))} -->", None),
    "a product in plain text": (f"<pre>{json.dumps(product(gtin=GOOD))}</pre>", None),
}


@pytest.mark.parametrize("kind", PAGES)
def test_a_page_is_read_as_what_it_is(kind: str) -> None:
    html, expected = PAGES[kind]
    assert read_product_page(html.encode(), "9300601234561") == expected


def test_bytes_that_are_no_text_are_read_all_the_same() -> None:
    page = b"\xff\xfe\x00" + linked(product(gtin=GOOD)).encode() + b"\x80"
    assert read_product_page(page, "1") == FOUND
