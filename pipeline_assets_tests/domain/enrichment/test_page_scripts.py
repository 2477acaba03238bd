"""The scripts of a page are those that a whole HTML parser finds, at a cost linear in its size."""

import re
import time
from collections.abc import Callable
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from pipeline_assets.domain.enrichment.page_scripts import page_scripts
from pipeline_assets.domain.enrichment.product_pages import ProductPage, read_product_page
from pipeline_assets_tests.soaks import SEED, fuzzing

ONE, TWO = b"<script>1</script>", b"<script>2</script>"
PIECES = [
    *(b"<script>", b"<script type=application/ld+json>", b"</script>", b"</SCRIPT >", b"<script/>"),
    *(b"<scripty>", b"<script\n>", b"</script/", b"<script\x0bx>", b"</script\x0b>", b"<script "),
    *(
        b"<!--",
        b"-->",
        b"--!>",
        b"<!-->",
        b"<!--->",
        b"<!",
        b"<?",
        b"<!DOCTYPE html>",
        b"-",
        b"</>",
    ),
    *(
        b"<div>",
        b"</div>",
        b"<p>",
        b"<br/>",
        b"<table>",
        b"<tr>",
        b"<td>",
        b"</table>",
        b"<select>",
    ),
    *(b"<a href='x>y'>", b'<a b="', b'"', b"'", b">", b"<", b"/", b"=", b" ", b"\t", b"\f", b"x"),
    *(
        b"<b x=1>",
        b"<b x= y z>",
        b"<a =b>",
        b"<a b==c>",
        b"<a b=>",
        b"<a b=\x0b'>",
        b"</ x>",
        b"</",
    ),
    *(b"<title>", b"</title>", b"<style>", b"</style>", b"<textarea>", b"</textarea>", b"<xmp>"),
    *(b"</xmp>", b"<iframe>", b"</iframe>", b"<template>", b"</template>", b"<noscript>", b"\x00"),
    *(b"</noscript>", b"<plaintext>", b"&lt;", b"<html>", b"<head>", b"<body>", b"</body>"),
]
GTIN = "9310645111766"
PAGE = f"""<!DOCTYPE html><html lang="en"><head><title>Beans &amp; more | Shop</title>
<meta name="description" content="a > b"><style>p > a {{ color: red }}</style>
<!-- <script type="application/ld+json">{{"@type": "Product"}}</script> -->
<script>if (a < b && c > d) {{ document.write("<p>") }}</script>
<script type="application/ld+json">{{"@context": "https://schema.org", "@type": "Product",
"name": "Beans 500g", "sku": "12", "gtin13": "{GTIN}", "offers": {{"price": 2.5}}}}</script>
</head><body class='x'><svg><path d="M0 0"/></svg><div data-x="<script>"><p>Beans<br>500g
<script id="__NEXT_DATA__" type="application/json">{{"props": {{"pageProps": {{"product":
{{"gtin": "{GTIN}", "name": "\\u003cscript>"}}}}}}}}</script></div></body></html>""".encode()
# `<style/>` is empty in SVG only; it is taken for empty everywhere, as no other page has it.
EMPTY_TEXT = re.compile(rb"<(title|style|textarea|xmp|iframe|noembed|noframes)\b[^>]*/>", re.I)
NESTED = [
    *(
        b"<div>",
        b"<p><div>",
        b"<b>",
        b"<a>",
        b"<table><tr><td>",
        b"<svg>",
        b"<template>",
        b"<ul><li>",
    ),
    *(
        b"<select>",
        b"<!--",
        b"<!-- -->",
        b"<script>",
        b"<script></script>",
        b"<!--<script>",
        b"<a b=",
    ),
    *(
        b"<title>",
        b"<title/>",
        b"<style></style>",
        b"<",
        b"</a/",
        b"<a ",
        b'<a b="',
        b"<a b='c'",
        b"&",
    ),
]


def found_in(html: bytes) -> list[str]:
    """Attributes and text of each script that the whole parser finds; in no order.

    It moves a script out of a table that is open around it.
    """
    scripts = LexborHTMLParser(html).css("script")
    return sorted(f"{script.attributes} {script.text()}" for script in scripts)


@given(st.lists(st.sampled_from(PIECES), max_size=16).map(b"".join))
def test_the_scripts_are_those_of_the_whole_tree(html: bytes) -> None:
    assert found_in(page_scripts(html)) == found_in(html)


@pytest.mark.parametrize(
    ("html", "scripts"),
    [
        pytest.param(b"<template>%s</template>%s" % (ONE, TWO), TWO, id="in a template"),
        pytest.param(
            b"<TEMPLATE><template></template>%s</template>%s" % (ONE, TWO), TWO, id="in two"
        ),
        pytest.param(b"</template>%s" % ONE, ONE, id="behind the end of no template"),
        pytest.param(b"<title>%s</title>%s" % (ONE, TWO), TWO, id="in a title"),
        pytest.param(b"<title>%s" % ONE, b"", id="in a title without an end"),
        pytest.param(b"<title/>%s" % ONE, ONE, id="behind an empty title"),
        pytest.param(b"<plaintext>%s" % ONE, b"", id="in plain text"),
        pytest.param(b"<script>1", b"<script>1", id="without an end"),
        pytest.param(
            b"<script><!-- <script> </script> --> 1</script>2</script>",
            b"<script><!-- <script> </script> --> 1</script>",
            id="with a script in a comment",
        ),
        pytest.param(
            b"<script><!-- --> <script> 1</script>2</script>",
            b"<script><!-- --> <script> 1</script>",
            id="with a script behind a comment",
        ),
        pytest.param(
            b"<script><!--> <script> </script>2</script>",
            b"<script><!--> <script> </script>",
            id="with a script behind an empty comment",
        ),
    ],
)
def test_a_script_is_found_where_it_is_one(html: bytes, scripts: bytes) -> None:
    assert page_scripts(html) == scripts


def test_a_page_with_everything_is_reduced_to_its_scripts() -> None:
    reduced = page_scripts(PAGE)
    assert reduced.count(b"<script") == reduced.count(b"</script>") == 3
    assert found_in(reduced) == found_in(PAGE)
    assert read_product_page(PAGE, "12") == ProductPage(True, GTIN)


@pytest.mark.parametrize("piece", NESTED)
def test_a_page_of_nested_tags_costs_no_more_than_its_size(piece: bytes) -> None:
    def cost(size: int) -> float:
        html = piece * (size // len(piece))
        return min(_seconds(lambda: read_product_page(html, "1")) for _ in range(3))

    # Eight times the size: about eight times the cost. With a tree, it is 64 times for some.
    assert cost(400_000) < 25 * max(cost(50_000), 0.0005)


def _seconds(work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return time.process_time() - begun


def test_mutated_pages_are_read_or_not_but_never_fail() -> None:
    chance, number, read = Random(SEED), 0, 0
    without_svg = PAGE.replace(b'<svg><path d="M0 0"/></svg>', b"")  # where `<title>` is no text
    for _ in fuzzing():
        html = bytearray(without_svg)
        for _ in range(chance.choice([1, 2, 5, 20])):
            at, end = sorted(chance.choices(range(len(html) + 1), k=2))
            end = min(end, at + chance.choice([0, 1, 5, 200]))
            new = [chance.choice(PIECES), chance.randbytes(2), bytes(html[at:end]) * 2, b""]
            html[at:end] = chance.choice(new)
        page = bytes(html)
        found = read_product_page(page, "12")
        assert found is None or found.barcode in (None, GTIN) or len(found.barcode) == 13
        if EMPTY_TEXT.search(page) is None:
            assert found_in(page_scripts(page)) == found_in(page), f"seed {SEED}, page {number}"
        number, read = number + 1, read + (found is not None)
    print(f"seed {SEED}: {number:,} pages, {read:,} of them read")
