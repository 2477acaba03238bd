"""What a file's bytes become, and that reading them takes memory for what they hold, not more."""

import gzip
import io
import time
import tracemalloc
import zlib
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline_assets.domain.snapshots.rows import is_row, numbered, parse_snapshot
from pipeline_assets.errors import RefusedFileError
from pipeline_assets.inbox.reading import ReadFile, ReadLimits, read_file, unpacked_blocks

LIMITS = ReadLimits(packed=2**28, unpacked=2**28, line=2**20, rows=1000)
SYDNEY = ZoneInfo("Australia/Sydney")
ROW = (
    b'{"product": {"sku": "1", "name": "Tea", "price_current": 1}, "metadata": '
    b'{"company": "aldi", "store_id": "1", "scraped_date": "2025-09-01"}}'
)
MANY = 2**22


def read(folder: Path, content: bytes, limits: ReadLimits = LIMITS) -> ReadFile:
    return read_packed(folder, gzip.compress(content), limits)


def read_packed(folder: Path, packed: bytes, limits: ReadLimits = LIMITS) -> ReadFile:
    path = folder / "a.jsonl.gz"
    path.write_bytes(packed)
    return read_file(path, limits)


def peak_of(work: Callable[[], object]) -> int:
    """The most memory, in bytes, that the work holds at a time."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@given(st.lists(st.sampled_from([b"a", b"\n", b" ", b"\r", "é".encode(), b"\x0b"])).map(b"".join))
def test_lines_are_those_of_the_file_with_their_numbers(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    lines = read(tmp_path_factory.getbasetemp(), content).lines
    assert lines is not None
    assert b"\n".join(lines) == content
    assert [(number, line) for number, line in numbered(lines) if is_row(line)] == [
        (number, line) for number, line in enumerate(content.split(b"\n"), 1) if line.strip()
    ]


def test_blank_lines_take_the_memory_of_their_bytes(tmp_path: Path) -> None:
    content = b" \n" * (MANY // 2) + ROW + b"\n" * MANY
    found: list[ReadFile] = []
    assert peak_of(lambda: found.append(read(tmp_path, content))) < 4 * len(content)
    (whole,) = found
    assert whole.lines is not None
    (listing,) = parse_snapshot(whole.lines, SYDNEY).listings
    assert listing.line == MANY // 2 + 1


@pytest.mark.parametrize("line", [b"{}", b"1", ROW])
def test_a_file_with_too_many_rows_is_unreadable_and_the_setting_is_named(
    tmp_path: Path, line: bytes
) -> None:
    assert read(tmp_path, (line + b"\n\n") * LIMITS.rows).problem is None
    problem = read(tmp_path, (line + b"\n\n") * (LIMITS.rows + 1)).problem
    assert problem is not None
    assert problem.reason == "unreadable"
    assert "2,003 lines, and more than 1,000 of them are rows" in str(problem)
    assert "PIPELINE_MAX_ROWS" in str(problem)


def test_too_many_rows_are_not_kept(tmp_path: Path) -> None:
    content = b"1\n" * MANY
    assert peak_of(lambda: read(tmp_path, content)) < 4 * len(content)


def test_a_row_is_decoded_only_while_it_is_looked_at() -> None:
    """A list of empty lists takes twenty times the memory of its text."""
    nested = b'{"product": {"sku": [' + b",".join([b"[]"] * 100_000) + b"]}}"
    lines = [ROW, *[nested] * 20]
    assert peak_of(lambda: parse_snapshot(lines, SYDNEY)) < 2 * sum(map(len, lines))


def test_every_limit_names_its_setting(tmp_path: Path) -> None:
    small = {"PACKED": {"packed": 9}, "UNPACKED": {"unpacked": 9}, "LINE": {"line": 9}}
    for name, limit in small.items():
        limits = ReadLimits(**{"packed": 99, "unpacked": 999, "line": 99, "rows": 9} | limit)
        problem = read(tmp_path, b"1234567890" * (1 if name == "LINE" else 2), limits).problem
        assert isinstance(problem, RefusedFileError), name
        assert f"raise PIPELINE_MAX_{name}_BYTES" in str(problem)


@given(st.lists(st.binary(max_size=300), min_size=1, max_size=5), st.integers(0, 40_000))
def test_the_parts_of_a_gzip_file_are_one_text(parts: list[bytes], padding: int) -> None:
    big = bytes(range(256)) * 9_000
    packed = b"".join(gzip.compress(part) + b"\0" * padding for part in [*parts, big])
    assert b"".join(unpacked_blocks(io.BytesIO(packed))) == b"".join(parts) + big
    with pytest.raises(zlib.error, match="cut off"):
        list(unpacked_blocks(io.BytesIO(packed.rstrip(b"\0")[:-9])))


def test_a_gzip_file_of_countless_parts_is_unreadable(tmp_path: Path) -> None:
    problem = read_packed(tmp_path, gzip.compress(b"") * 100_001).problem
    assert problem is not None
    assert "it consists of more than 100,000 parts" in problem.message


def test_what_follows_a_part_is_not_copied_for_each(tmp_path: Path) -> None:
    """Otherwise 2 MB of empty parts before 200 MB would take an hour."""
    content = gzip.compress(b"x" * 2**23, 0)
    empty = gzip.compress(b"") * 5_000

    def cpu_s(packed: bytes) -> float:
        begun = time.process_time()
        assert read_packed(tmp_path, packed, ReadLimits(2**25, 2**25, 2**25, 9)).lines is not None
        return time.process_time() - begun

    plain, in_parts = cpu_s(content), cpu_s(empty + content)
    assert in_parts < 10 * plain + 0.5
