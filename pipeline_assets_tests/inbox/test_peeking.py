"""A file's store and time are found wherever its first metadata is, at a bounded cost, once."""

import gzip
import json
import tracemalloc
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from pipeline_assets.inbox.peeking import Peeked, Peeks
from pipeline_assets.inbox.reading import ReadLimits
from pipeline_assets.inbox.scanning import InboxFile, look
from pipeline_assets.settings import Settings
from pipeline_assets_tests.workplace import row

MB = 2**20
ZONE = ZoneInfo("UTC")
_SETTINGS = Settings()
LIMITS = ReadLimits(
    _SETTINGS.max_packed_bytes, _SETTINGS.max_unpacked_bytes, _SETTINGS.max_line_bytes, 10**6
)
BARE = json.dumps({"product": row()["product"]}).encode() + b"\n"


def headed(day: int = 1, **more: Any) -> bytes:
    """A line with metadata."""
    return json.dumps(row(day=f"2025-09-{day:02}", **more)).encode() + b"\n"


@pytest.fixture
def peek(tmp_path: Path) -> Callable[..., Peeked]:
    """Writes a file and looks into it."""

    def write_and_look(
        content: bytes, name: str = "a.jsonl", limits: ReadLimits = LIMITS
    ) -> Peeked:
        (tmp_path / name).write_bytes(content)
        file = InboxFile.from_stat(name, (tmp_path / name).lstat())
        (peeked,) = Peeks(tmp_path, ZONE, limits).into([file])
        return peeked

    return write_and_look


def is_found(peeked: Peeked, day: int = 1) -> bool:
    found = (peeked.store, peeked.scraped_at, peeked.is_unread)
    return found == (("aldi", "G1"), datetime(2025, 9, day), False)


LATE = {
    "first line": headed(),
    "without a line end": headed().strip(),
    "a byte order mark": b"\xef\xbb\xbf" + headed() + headed(2),
    "after 5 MB of rows": BARE * (5 * MB // len(BARE)) + headed() + headed(2),
    "after 5 MB of blank lines": b"\n" * 5 * MB + headed() + headed(2),
    "after a long line": json.dumps({"product": {"name": "x" * 900_000}}).encode()
    + b"\n"
    + headed(),
    "after the word": b'{"product": {"name": "metadata"}}\n{"metadata": null}\n' + headed(),
    "after broken lines": b'{"metadata": {\n\xff"metadata"\n' + headed() + headed(2),
    "in a long line": json.dumps(row(more="x" * 900_000)).encode(),
    "spelt with escapes": headed().replace(b'"metadata"', b'"\\u006d\\u0065tadata"') + headed(2),
}


@pytest.mark.parametrize("content", LATE.values(), ids=LATE.keys())
@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz"])
def test_the_first_metadata_is_found_wherever_it_is(
    peek: Callable[..., Peeked], content: bytes, name: str
) -> None:
    assert is_found(peek(gzip.compress(content, 1) if name.endswith(".gz") else content, name))


def test_a_gzip_file_of_many_parts_with_padding_is_one_file(peek: Callable[..., Peeked]) -> None:
    parts = [gzip.compress(BARE)] * 300 + [b"\0" * 512, gzip.compress(headed())]
    assert is_found(peek(b"".join(parts), "a.jsonl.gz"))


NOTHING = {
    "empty": (b"", "a.jsonl"),
    "no metadata": (BARE * 10_000, "a.jsonl"),
    "first metadata unusable": (json.dumps(row(day="soon")).encode() + b"\n" + headed(), "a.jsonl"),
    "no gzip": (headed(), "a.jsonl.gz"),
    "broken gzip": (gzip.compress(BARE * 999)[:60] + b"\xff" * 60, "a.jsonl.gz"),
    "cut off": (gzip.compress(BARE * 10 + headed(), 0)[:200], "a.jsonl.gz"),
    "garbage between": (gzip.compress(BARE) + b"x" + gzip.compress(headed()), "a.jsonl.gz"),
    "countless parts": (gzip.compress(b"") * 100_001 + gzip.compress(headed()), "a.jsonl.gz"),
    "UTF-16": (headed().decode().encode("utf-16"), "a.jsonl"),
}


@pytest.mark.parametrize(("content", "name"), NOTHING.values(), ids=NOTHING.keys())
def test_a_file_that_says_nothing_usable_is_from_no_store(
    peek: Callable[..., Peeked], content: bytes, name: str
) -> None:
    peeked = peek(content, name)
    assert (peeked.store, peeked.scraped_at, peeked.is_unread) == (None, None, False)


@pytest.mark.parametrize(
    ("content", "limits"),
    [
        (headed(), ReadLimits(10, MB, MB, 9)),
        (BARE * 2_000 + headed(), ReadLimits(MB, 70_000, MB, 9_999)),
        (b"x" * 90_000 + b"\n" + headed(), ReadLimits(MB, MB, 1_000, 9)),
        (headed(more="x" * 2_000), ReadLimits(MB, MB, 1_000, 9)),
    ],
    ids=["packed", "unpacked", "a line before it", "its line"],
)
def test_a_file_beyond_the_limits_is_from_no_store(
    peek: Callable[..., Peeked], content: bytes, limits: ReadLimits
) -> None:
    assert peek(content, limits=limits).store is None


@pytest.mark.parametrize("filling", [b"\n", b" ", b"\0"], ids=["blank lines", "one line", "NUL"])
def test_a_gzip_bomb_takes_little_memory(peek: Callable[..., Peeked], filling: bytes) -> None:
    bomb = gzip.compress(filling * 64 * MB + b"\n" + headed(), 1)
    tracemalloc.start()
    peeked = peek(bomb, "bomb.jsonl.gz")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (peeked.store is not None) == (filling == b"\n")
    assert peak < 16 * MB


def test_a_look_reads_one_file_at_least_and_no_more_once_its_budget_is_spent(
    tmp_path: Path,
) -> None:
    for number in range(3):
        (tmp_path / f"{number}.jsonl").write_bytes(BARE * 1_000 + headed(number + 1))
    files = look(tmp_path).files
    for looks in range(1, 4):
        peeked = Peeks(tmp_path, ZONE, LIMITS, budget=1).into(files)
        assert [one.is_unread for one in peeked] == [False] * looks + [True] * (3 - looks)
    assert [one.scraped_at for one in peeked] == [datetime(2025, 9, day) for day in (1, 2, 3)]


def test_what_was_found_is_remembered_until_the_file_changes_or_is_gone(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(headed())
    (file,) = look(tmp_path).files
    assert is_found(Peeks(tmp_path, ZONE, LIMITS).into([file])[0])
    path.rename(tmp_path / "elsewhere")
    peeks = Peeks(tmp_path, ZONE, LIMITS)
    assert is_found(peeks.into([file])[0])  # without reading what is not there
    path.write_bytes(headed(2) + headed(3))
    (other,) = look(tmp_path).files
    assert is_found(peeks.into([other])[0], day=2)
    peeks.forget_all_but([other])
    path.unlink()
    assert peeks.into([file])[0].store is None
    assert is_found(peeks.into([other])[0], day=2)


def test_a_digest_is_remembered_too_and_one_of_a_file_that_is_gone_is_empty(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(headed())
    peeks = Peeks(tmp_path, ZONE, LIMITS)
    (peeked,) = peeks.into(look(tmp_path).files)
    digest = peeks.digest(peeked)
    (tmp_path / "a.jsonl").unlink()
    assert len(digest) == 64
    assert peeks.digest(peeked) == digest
    peeks.forget_all_but([])
    assert peeks.digest(peeked) == ""
