"""Lines that are decoded together are what they are alone, however they are cut."""

import json
from zoneinfo import ZoneInfo

from hypothesis import example, given
from hypothesis import strategies as st

from pipeline_assets.domain.json_nesting import MAX_NESTING
from pipeline_assets.domain.snapshots import rows
from pipeline_assets.domain.snapshots.rows import decode, is_row, numbered, parse_snapshot

METADATA = b'"metadata": {"company": "aldi", "store_id": "1", "scraped_date": "2025-09-01"}'
ROW = b'{"product": {"sku": "1", "name": "Tea", "price_current": 2.50}, ' + METADATA + b"}"
# Whole rows, and parts of which two lines together, or half of one, are valid JSON.
PARTS = st.sampled_from(
    [
        *(ROW, b"{}", b"1", b"null", b"", b" ", b"\x0b", b"\r", b"\xef\xbb\xbf", b"\n\n"),
        *(b"{", b"}", b"[", b"]", b",", b":", b'"', b'"a"', b'"a": [', b'{"product": {}', b"}}"),
        *(b'{"product": {"sku": 1e99999999999999999999}}', b'{"product": {"sku": 1' + b"0" * 5_000),
        *(b"[" * MAX_NESTING, b"]" * MAX_NESTING, b'{"product": {"brand": ', b'"metadata": 7}'),
    ]
)


def alone(lines: list[bytes]) -> list[tuple[int, bytes, object]]:
    return [(number, line, decode(line)) for number, line in numbered(lines) if is_row(line)]


def shown(decoded: list[tuple[int, bytes, object]]) -> list[str]:
    """In a form that compares rejections, too."""
    return [f"{number} {line!r} {raw!r}" for number, line, raw in decoded]


@given(st.lists(st.lists(PARTS, max_size=4).map(b"".join), max_size=80))
@example([b'{"product": {"sku": "1",', b'"name": "Tea"}}'])
@example([ROW + b" " + ROW, b'{"product":', b'{"sku": "1"}}'])
@example([b'{"product": {"brand": [{}', b",{}]}}", ROW + ROW])
@example([b"[" * MAX_NESTING + b"]" * MAX_NESTING] * 3)
@example([b"{}", b"", b"{}", b" ", b"{}", b"\n", b"{}"])
def test_decoding_many_lines_at_once_gives_what_decoding_each_gives(lines: list[bytes]) -> None:
    assert shown(list(rows._decoded(lines))) == shown(alone(lines))


def test_a_line_with_two_values_is_one_rejected_row_wherever_it_stands() -> None:
    others = [ROW.replace(b'"1"', b'"%d"' % number, 1) for number in range(2, 80)]
    for place in (0, 1, 31, 32, 33, 77):
        lines = [*others[:place], ROW + ROW, *others[place:]]
        (rejected,) = parse_snapshot(lines, ZoneInfo("UTC")).rejected
        assert (rejected.line, rejected.reason) == (place + 1, "bad_json")


def test_ordinary_lines_are_decoded_together() -> None:
    line = json.dumps({"product": {"category_path": ["a", "b"], "sizes": []}, "metadata": {}})
    block = [line.encode()] * rows._BLOCK_ROWS
    assert rows._decoded_at_once(block) == [decode(line.encode())] * rows._BLOCK_ROWS
    assert rows._decoded_at_once([*block[1:], b""]) is None
