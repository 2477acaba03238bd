"""Cookie files as browsers and tools export them; waiting as servers ask for it."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline_assets.enrichment.fetching import retry_after_s
from pipeline_assets.enrichment.sessions import CookieFile
from pipeline_assets.errors import SessionError

HEAD = "# Netscape HTTP Cookie File\n"
FAR = "4102444800"


def entry(name: str, expires: str = FAR, domain: str = ".shop.example") -> str:
    """One line of a cookies.txt."""
    return "\t".join((domain, "TRUE", "/", "TRUE", expires, name, "v")) + "\n"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (HEAD, []),
        (HEAD + entry("a") + entry("b"), ["a", "b"]),
        (HEAD + entry("session", "0"), ["session"]),
        (HEAD + entry("session", ""), ["session"]),
        (HEAD + entry("over", "1000000000") + entry("a"), ["a"]),
        (HEAD + "#HttpOnly_" + entry("hidden"), ["hidden"]),
        (HEAD + "\n# a remark\n" + entry("a"), ["a"]),
        ("# HTTP Cookie File\n" + entry("a"), ["a"]),
    ],
)
def test_a_cookie_file_is_read(text: str, names: list[str], tmp_path: Path) -> None:
    path = tmp_path / "cookies.txt"
    path.write_text(text)
    assert sorted(one.name for one in CookieFile(path).renew("https://shop.example/")) == names


def test_without_a_file_there_are_no_cookies(tmp_path: Path) -> None:
    assert list(CookieFile(tmp_path / "cookies.txt").renew("https://shop.example/")) == []


@pytest.mark.parametrize(
    "content", [b"", b"a=b\n", b"[]\n", b"\xff\xfe\x00", HEAD.encode() + b"x\n"]
)
def test_what_is_no_cookie_file_is_said_with_its_name(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "cookies.txt"
    path.write_bytes(content)
    with pytest.raises(SessionError, match=r"cookies\.txt cannot be read as a cookies\.txt"):
        CookieFile(path).renew("https://shop.example/")


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, 0),
        ("0", 0),
        ("120", 120),
        (" 7 ", 7),
        ("Tue, 24 Nov 2026 12:01:40 GMT", 100),
        ("Tue, 24 Nov 2026 11:00:00 GMT", 0),
        ("-5", 0),
        ("1.5", 0),
        ("soon", 0),
        ("", 0),
        ("9" * 400, 0),
    ],
)
def test_retry_after_is_a_number_or_a_date(value: str | None, seconds: float) -> None:
    assert retry_after_s(value, datetime(2026, 11, 24, 12, tzinfo=UTC)) == seconds
