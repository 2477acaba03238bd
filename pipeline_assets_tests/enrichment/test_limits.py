"""A page's time and size are limits for the page in all, whatever the protocol makes of them."""

import gzip
import socket
import threading
import tracemalloc
from collections.abc import Iterator

import pytest

from pipeline_assets.domain.enrichment.rows import Outcome
from pipeline_assets.enrichment.fetching import Fetched, FetchLimits, PageFetcher
from pipeline_assets.enrichment.origins import AllowList
from pipeline_assets.enrichment.pacing import Pacer
from pipeline_assets_tests.enrichment.raw_server import Play, RawServer, raw_server

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
PACKED = HEAD + b"Content-Encoding: gzip\r\n\r\n"
GZIP_HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03"
EMPTY_BLOCK = b"\x00\x00\x00\xff\xff"
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
TIMEOUT_S = 0.5


@pytest.fixture
def server() -> Iterator[RawServer]:
    """A server that plays what it is told."""
    with raw_server() as server:
        yield server


def fetched(server: RawServer, path: str = "/1", **limits: float) -> Fetched:
    """What one try for a page comes to."""
    chosen = FetchLimits(**{"timeout_s": TIMEOUT_S, "attempts": 1} | limits)  # type: ignore[arg-type]
    with PageFetcher(AllowList.parse(server.origin), Pacer(0), chosen, "tests") as asking:
        return asking.fetch(server.origin + path)


def slowly(begin: bytes, piece: bytes) -> Play:
    """A reply that goes on for ten times as long as a page may take, and never pauses for long."""
    return [begin, *[step for _ in range(100) for step in (piece, TIMEOUT_S / 10)]]


SLOW = {
    "a status line": slowly(b"HTTP/1.1 200 ", b"O"),
    "a header": slowly(HEAD + b"X: ", b"x"),
    "headers": slowly(HEAD, b"X: y\r\n"),
    "interim answers": slowly(b"", CONTINUE),
    "many interim answers": slowly(b"", CONTINUE * 50),
    "a chunk's extension": slowly(CHUNKED + b"1;", b"x"),
    "chunks' extensions": slowly(CHUNKED, b"1;" + b"x" * 500 + b"\r\nx\r\n"),
    "a chunk's size": slowly(CHUNKED, b"0"),
    "trailers": slowly(CHUNKED + b"1\r\nx\r\n0\r\n", b"X: y\r\n"),
    "a body": slowly(HEAD + b"Content-Length: 999\r\n\r\n", b"x"),
    "empty packed blocks": slowly(PACKED + GZIP_HEADER, EMPTY_BLOCK),
    "a packed page's name": slowly(PACKED + GZIP_HEADER[:3] + b"\x08" + GZIP_HEADER[4:], b"x"),
}


@pytest.mark.parametrize("what", SLOW)
def test_a_page_that_is_never_idle_and_never_ends_takes_no_longer_than_a_page_may(
    what: str, server: RawServer
) -> None:
    server.plays["/1"] = SLOW[what]
    assert fetched(server).outcome is Outcome.UNAVAILABLE
    assert server.played == []  # it was left long before its end


def test_redirects_share_the_time_of_one_page(server: RawServer) -> None:
    hops = 5
    for hop in range(hops):
        reply = f"HTTP/1.1 302 Found\r\nLocation: /{hop + 2}\r\nContent-Length: 0\r\n\r\n"
        server.plays[f"/{hop + 1}"] = [TIMEOUT_S * 0.6, reply.encode()]
    assert fetched(server).outcome is Outcome.UNAVAILABLE
    assert server.asked == ["/1", "/2"]


def test_each_try_has_the_time_of_a_page(server: RawServer) -> None:
    server.plays["/1"] = slowly(HEAD, b"X: y\r\n")
    assert fetched(server, attempts=3, back_off_s=0).outcome is Outcome.UNAVAILABLE
    assert server.asked == ["/1"] * 3


def test_a_server_that_says_nothing_in_tls_takes_no_longer_than_a_page_may() -> None:
    given_up = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        origin = f"https://127.0.0.1:{listener.getsockname()[1]}"

        def dribble() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.sendall(b"\x16\x03\x03\x40\x00")  # a record of 16 kB, byte by byte
                while not given_up.wait(TIMEOUT_S / 10):
                    connection.sendall(b"\x02")

        thread = threading.Thread(target=dribble, daemon=True)
        thread.start()
        limits = FetchLimits(timeout_s=TIMEOUT_S, attempts=1)
        with PageFetcher(AllowList.parse(origin), Pacer(0), limits, "tests") as asking:
            assert asking.fetch(f"{origin}/1").outcome is Outcome.UNREACHABLE
        given_up.set()
        thread.join()


FLOODS = {
    "interim answers": [CONTINUE * 1_000] * 4_000,
    "chunks' extensions": [CHUNKED, *[b"1;" + b"x" * 9_000 + b"\r\nx\r\n"] * 10_000],
    "empty packed blocks": [PACKED + GZIP_HEADER, *[EMPTY_BLOCK * 2_000] * 10_000],
    "after the packed page": [PACKED + gzip.compress(b"x"), *[bytes(10_000)] * 10_000],
}


@pytest.mark.parametrize("what", FLOODS)
def test_bytes_that_give_no_page_count_as_well(what: str, server: RawServer) -> None:
    server.plays["/1"] = FLOODS[what]
    came = fetched(server, timeout_s=60, max_bytes=100_000, attempts=3)
    assert came.outcome is Outcome.UNAVAILABLE
    assert came.detail == "it sends more than 1,148,576 bytes"
    assert server.asked == ["/1"]  # such a page is not asked for again
    assert server.played == []


@pytest.mark.parametrize(
    ("encoding", "times", "outcome"),
    [
        ("gzip", 1, Outcome.UNAVAILABLE),
        ("x-gzip", 1, Outcome.UNAVAILABLE),
        ("gzip, gzip", 2, Outcome.UNREADABLE),
        ("gzip,gzip,gzip", 3, Outcome.UNREADABLE),
        ("deflate", 1, Outcome.UNREADABLE),
        ("br", 1, Outcome.UNREADABLE),
    ],
)
def test_a_page_is_not_unpacked_past_its_limit(
    encoding: str, times: int, outcome: Outcome, server: RawServer
) -> None:
    packed = b" " * 100_000_000
    for _ in range(times):
        packed = gzip.compress(packed, 1)
    headers = f"HTTP/1.1 200 OK\r\nContent-Encoding: {encoding}\r\nContent-Length: {len(packed)}"
    server.plays["/1"] = [f"{headers}\r\n\r\n".encode() + packed]
    tracemalloc.start()
    try:
        came = fetched(server, timeout_s=60, max_bytes=1_000_000)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert came.outcome is outcome
    assert peak < 16_000_000


@pytest.mark.parametrize("size", [0, 1, 99_999, 100_000, 100_001])
@pytest.mark.parametrize("is_packed", [False, True])
def test_a_page_may_be_as_large_as_is_allowed(
    size: int, is_packed: bool, server: RawServer
) -> None:
    page = bytes(size)
    encoding = b"Content-Encoding: gzip\r\n" if is_packed else b""
    sent = gzip.compress(page) if is_packed else page
    server.plays["/1"] = [HEAD + encoding + b"Content-Length: %d\r\n\r\n" % len(sent) + sent]
    came = fetched(server, timeout_s=60, max_bytes=100_000)
    assert came.body == (page if size <= 100_000 else None)


def test_a_packed_page_that_is_cut_off_is_asked_for_again(server: RawServer) -> None:
    server.closing = {"/1"}
    server.plays["/1"] = [PACKED + gzip.compress(b"<html>" + bytes(5_000))[:-9]]
    came = fetched(server, attempts=2, back_off_s=0)
    assert (came.outcome, server.asked) == (Outcome.UNAVAILABLE, ["/1", "/1"])


def test_a_shop_cannot_fill_the_client_with_cookies(server: RawServer) -> None:
    many = [f"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n{_cookies(n)}\r\n".encode() for n in range(9)]
    server.plays = {f"/{number}": [reply] for number, reply in enumerate(many)}
    with PageFetcher(AllowList.parse(server.origin), Pacer(0), FetchLimits(), "tests") as asking:
        for path in server.plays:
            assert asking.fetch(server.origin + path).body == b""
    assert server.longest_request < 5_000


def _cookies(number: int) -> str:
    names = [f"Set-Cookie: c{number}-{one}=x\r\n" for one in range(300)]
    return "".join(names) + f"Set-Cookie: long{number}={'x' * 9_000}\r\nSet-Cookie: a=\x01\r\n"
