"""What cannot be read is told with the place and the figures; what can be is read to its end."""

import gzip
import hashlib
import os
from pathlib import Path

import pytest

from pipeline_assets.errors import VanishedFileError
from pipeline_assets.inbox.reading import ReadLimits, read_file
from pipeline_assets.inbox.scanning import InboxFile

LIMITS = ReadLimits(packed=200, unpacked=100, line=50, rows=10)
AGAIN = "Copy it or scrape the store again."
RAISE = (
    "If it is right, raise {} and requeue the file; see the documentation for what memory that "
    "takes."
)


def written(folder: Path, content: bytes, name: str = "a.jsonl") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("name", "content", "what"),
    [
        ("a.jsonl", b"{}\n\n\xe9\n", f"line 3 is not UTF-8 text (unexpected end of data). {AGAIN}"),
        *(
            ("a.jsonl", start, f"it is UTF-16 or UTF-32 text, and must be UTF-8. {AGAIN}")
            for start in (
                *(b"\xff\xfe{\0", b"\xfe\xff\0{", b"{\0", b"\0{", b"\0\0\0{"),
                "{}".encode("utf-32"),
            )
        ),
        (
            "a.jsonl",
            b"{}\r{}\r",
            f"its lines end with CR alone, and must end with LF. {AGAIN}",
        ),
        ("a.jsonl", b"\n" + b"1" * 51, f"line 2 has 51 bytes, more than 50. {RAISE}"),
        ("a.jsonl", b"1\n" * 51, f"it has more than 100 bytes. {RAISE}"),
        ("a.jsonl", b"1\n" * 150, f"it has 300 bytes, more than 200. {RAISE}"),
        (
            "a.jsonl",
            b"1\n" * 11,
            f"it has 12 lines, and more than 10 of them are rows. {RAISE}",
        ),
        (
            "a.jsonl.gz",
            gzip.compress(b"\n" * 101),
            f"uncompressed, it has more than 100 bytes. {RAISE}",
        ),
        (
            "a.jsonl.gz",
            gzip.compress(b"{}\n" * 9)[:-4],
            f"its gzip data is broken (it ends too early, so the file was cut off). {AGAIN}",
        ),
        (
            "a.jsonl.gz",
            b"{}\n",
            "its gzip data is broken (Error -3 while decompressing data: incorrect header check). "
            + AGAIN,
        ),
    ],
    ids=lambda value: None if isinstance(value, str) else f"{len(value)}-bytes",
)
def test_an_unreadable_file_is_told_with_the_place_and_what_to_do(
    tmp_path: Path, name: str, content: bytes, what: str
) -> None:
    read = read_file(written(tmp_path, content, name), LIMITS)
    assert read.lines is None
    assert read.problem is not None
    settings = {"bytes, more than 200": "PACKED_BYTES", "rows.": "ROWS", "line 2": "LINE_BYTES"}
    setting = next((it for said, it in settings.items() if said in what), "UNPACKED_BYTES")
    expected = what.replace("{}", f"PIPELINE_MAX_{setting}")
    assert (read.problem.reason, read.problem.message) == (
        "unreadable",
        f"The file cannot be read: {expected}",
    )


@pytest.mark.parametrize(
    "content", [b"1" * 50, b"1\n" * 10, b"\n" * 100], ids=["line", "rows", "blank"]
)
def test_a_file_exactly_as_large_as_is_allowed_is_read(tmp_path: Path, content: bytes) -> None:
    exact = ReadLimits(packed=len(content), unpacked=100, line=50, rows=10)
    assert read_file(written(tmp_path, content), exact).problem is None
    assert read_file(written(tmp_path, content), LIMITS).problem is None
    packed = written(tmp_path, gzip.compress(content), "a.jsonl.gz")
    assert read_file(packed, LIMITS).problem is None


def test_a_digest_is_that_of_the_unpacked_bytes_however_they_are_packed(tmp_path: Path) -> None:
    content = b"\xef\xbb\xbf{}\n{}"
    for name, stored in (
        ("a.jsonl", content),
        ("a.jsonl.gz", gzip.compress(content)),
        ("b.jsonl.gz", gzip.compress(content[:4]) + gzip.compress(content[4:]) + b"\0" * 9),
    ):
        path = written(tmp_path, stored, name)
        read = read_file(path, LIMITS)
        assert read.digest == hashlib.sha256(content).hexdigest(), name
        assert read.lines == [b"{}", b"{}"]
        assert read.file == InboxFile.from_stat(name, path.lstat())


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz"])
def test_a_file_that_is_not_unpacked_is_known_by_the_bytes_it_has(
    tmp_path: Path, name: str
) -> None:
    content = os.urandom(201) if name == "a.jsonl" else b"not packed"
    read = read_file(written(tmp_path, content, name), LIMITS)
    assert (read.digest, read.lines) == (hashlib.sha256(content).hexdigest(), None)


def test_what_is_gone_or_no_regular_file_has_vanished(tmp_path: Path) -> None:
    (tmp_path / "folder.jsonl").mkdir()
    os.mkfifo(tmp_path / "pipe.jsonl")
    for name in ("gone.jsonl", "folder.jsonl", "pipe.jsonl"):
        with pytest.raises(VanishedFileError) as vanished:
            read_file(tmp_path / name, LIMITS)
        assert vanished.value.path == tmp_path / name


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    written(tmp_path, b"secret\n", "secret")
    (tmp_path / "link.jsonl").symlink_to("secret")
    with pytest.raises(OSError, match="Too many levels of symbolic links"):
        read_file(tmp_path / "link.jsonl", LIMITS)
