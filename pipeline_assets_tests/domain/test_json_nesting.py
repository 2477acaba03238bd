"""How deep JSON may nest is one rule on every Python, and costs ordinary lines nothing."""

import json
import sys

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline_assets.domain.enrichment.product_pages import ProductPage, read_product_page
from pipeline_assets.domain.json_nesting import MAX_NESTING, check_nesting
from pipeline_assets.domain.snapshots.listing import RowRejection, shorten
from pipeline_assets.domain.snapshots.rows import RawLine, decode

SAYS = f"nested more than {MAX_NESTING} deep"


def nested(depth: int) -> bytes:
    return b"[" * depth + b"]" * depth


def depth_of(value: object) -> int:
    """How deep a decoded value nests, found level by level."""
    depth, level = 0, [value]
    while level := [one for one in level if isinstance(one, list | dict)]:
        depth += 1
        level = [part for one in level for part in (one.values() if isinstance(one, dict) else one)]
    return depth


@pytest.mark.parametrize(("opening", "closing"), [(b"[", b"]"), (b'{"a":', b"}")])
def test_the_limit_itself_is_allowed_and_one_more_is_not(opening: bytes, closing: bytes) -> None:
    check_nesting(opening * MAX_NESTING + b"1" + closing * MAX_NESTING)
    with pytest.raises(ValueError, match=SAYS):
        check_nesting(opening * (MAX_NESTING + 1) + b"1" + closing * (MAX_NESTING + 1))


@pytest.mark.parametrize(
    "text",
    [
        b"[" + b"[]," * 2_000 + b"[]]",
        b'["' + b"[" * 2_000 + b'"]',
        b'["' + b'\\"[' * 2_000 + b'"]',
        b'["\\\\", ' + b'"[{", ' * 2_000 + b"0]",
        b"]" * 2_000,
        b'"' + b"[" * 2_000,
    ],
    ids=["side by side", "in a text", "after quotes", "after backslashes", "closing", "unclosed"],
)
def test_many_brackets_that_do_not_nest_are_allowed(text: bytes) -> None:
    check_nesting(text)


@given(
    st.recursive(
        st.text('[]{}"\\ a'), lambda part: st.lists(part) | st.dictionaries(st.text('[{"\\'), part)
    )
)
def test_the_depth_is_that_of_the_decoded_value(value: object) -> None:
    """Wrapped as deep as is allowed, each value passes; once more, it does not."""
    wraps = MAX_NESTING - depth_of(value)
    text = json.dumps(value).encode()
    check_nesting(b"[" * wraps + text + b"]" * wraps)
    with pytest.raises(ValueError, match=SAYS):
        check_nesting(b"[" * (wraps + 1) + text + b"]" * (wraps + 1))


def test_a_line_as_deep_as_is_allowed_is_decoded_and_can_be_shown() -> None:
    start, end = b'{"product": {"name": ', b"}}"
    raw = decode(start + nested(MAX_NESTING - 2) + end)
    assert isinstance(raw, RawLine)
    assert raw.product is not None
    assert depth_of(raw.product.name) == MAX_NESTING - 2
    assert shorten(raw.product.name) == "[" * 60 + "…"
    rejection = decode(start + nested(MAX_NESTING - 1) + end)
    assert isinstance(rejection, RowRejection)
    assert (rejection.reason, rejection.detail) == ("bad_json", f"not valid JSON: {SAYS}")


def test_a_page_whose_data_nest_as_deep_as_is_allowed_is_read_to_its_end() -> None:
    product = b'{"@type": "Product", "gtin": "9310645111766"}'

    def page(depth: int) -> bytes:
        wrapped = b"[" * (depth - 1) + product + b"]" * (depth - 1)
        return b'<script type="application/ld+json">' + wrapped + b"</script>"

    assert read_product_page(page(MAX_NESTING), "1") == ProductPage(True, "9310645111766")
    assert read_product_page(page(MAX_NESTING + 1), "1") is None


def test_the_limit_is_below_what_every_interpreter_can_decode() -> None:
    room = sys.getrecursionlimit() - MAX_NESTING
    assert room > 400  # for the calls that lead to the decoder; Python 3.11 counts them too
    assert msgspec.json.decode(nested(MAX_NESTING)) is not None
