"""The body of a page, unpacked: the one encoding that is asked for, and never past the limit."""

import zlib
from collections.abc import Iterable

import httpx

from pipeline_assets.enrichment.allowance import PageTooLargeError

ACCEPTED = "gzip"
_PLAIN = frozenset({"", "identity"})
_GZIP = frozenset({ACCEPTED, "x-gzip"})
_GZIP_WINDOW = zlib.MAX_WBITS | 16


class UnknownEncodingError(Exception):
    """The body is encoded in another way than was asked for, or more than once."""


class BrokenBodyError(Exception):
    """The body cannot be unpacked, or ends too early."""


def decoded_body(headers: httpx.Headers, pieces: Iterable[bytes], max_bytes: int) -> bytes:
    """The unpacked body; raises `PageTooLargeError` where it has more than `max_bytes`.

    Raises `UnknownEncodingError` or `BrokenBodyError` too.
    """
    encoding = headers.get("Content-Encoding", "").strip().lower()
    if encoding in _GZIP:
        return _unpacked(pieces, max_bytes)
    if encoding not in _PLAIN:
        raise UnknownEncodingError(f"it is encoded as {encoding[:60]!r}, not as {ACCEPTED}")
    body = bytearray()
    for piece in pieces:
        body += piece
        _check(body, max_bytes)
    return bytes(body)


def _unpacked(pieces: Iterable[bytes], max_bytes: int) -> bytes:
    unpacker = zlib.decompressobj(_GZIP_WINDOW)
    body, has_begun = bytearray(), False
    for piece in pieces:
        has_begun = has_begun or bool(piece)
        if unpacker.eof:
            continue  # what follows the packed page is no part of it
        try:
            body += unpacker.decompress(piece, max_bytes + 1 - len(body))
        except zlib.error as error:
            raise BrokenBodyError(f"it cannot be unpacked: {error}") from error
        _check(body, max_bytes)
    if has_begun and not unpacker.eof:
        raise BrokenBodyError("its packed body ends too early")
    return bytes(body)


def _check(body: bytearray, max_bytes: int) -> None:
    if len(body) > max_bytes:
        raise PageTooLargeError(f"the page has more than {max_bytes:,} bytes")
