"""What one page may take from the network, in seconds and bytes, held at the network itself.

A time-out for each read is no limit: a server that sends a byte a second, or interim answers, chunk
extensions or trailers without end, keeps every single read short. Here each wait gets what is left
for the page, and every byte counts, whatever the protocol makes of it.
"""

import socket
import ssl
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import httpcore

_SocketOptions = Iterable[Any]


class PageTimeoutError(Exception):
    """The page's time is used up."""


class PageTooLargeError(Exception):
    """The page has more bytes than a page may have."""


class Allowance:
    """What is left of one page's seconds and bytes. Time passes only during its requests.

    A new one is `renew`ed for each page; its redirects share it.
    """

    def __init__(self, timeout_s: float, max_bytes: int) -> None:
        self._timeout_s = timeout_s
        self._max_bytes = max_bytes
        self._until = 0.0
        self.renew()

    def renew(self) -> None:
        """A new page begins."""
        self._left_s = self._timeout_s
        self._left_bytes = self._max_bytes

    @contextmanager
    def passing(self) -> Iterator[None]:
        """A request is made: time passes."""
        self._until = time.monotonic() + self._left_s
        try:
            yield
        finally:
            self._left_s = self._until - time.monotonic()

    def seconds(self, wanted: float | None) -> float:
        """How long the next wait may take; raises `PageTimeoutError` when none is left."""
        left = self._until - time.monotonic()
        if left <= 0:
            raise PageTimeoutError("the page did not end in time")
        return left if wanted is None else min(left, wanted)

    def take(self, received: bytes) -> bytes:
        """The bytes that came; raises `PageTooLargeError` when there are too many in all."""
        self._left_bytes -= len(received)
        if self._left_bytes < 0:
            raise PageTooLargeError(f"it sends more than {self._max_bytes:,} bytes")
        return received


class LimitedNetwork(httpcore.NetworkBackend):
    """The network, within an allowance. Only the resolver's own time-outs limit a name's look-up.

    An address that does not answer leaves time for the next one of the same host.
    """

    def __init__(self, allowance: Allowance) -> None:
        self._allowance = allowance
        self._network = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: _SocketOptions | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first of the host's addresses that can be connected to."""
        failure: Exception = httpcore.ConnectError(f"{host} has no address")
        for address in _addresses(host, port):
            seconds = self._allowance.seconds(timeout)
            try:
                stream = self._network.connect_tcp(address, port, seconds)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return _LimitedStream(stream, self._allowance)
        raise failure


def _addresses(host: str, port: int) -> list[str]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise httpcore.ConnectError(str(error)) from error
    return list(dict.fromkeys(str(address[4][0]) for address in found))


class _LimitedStream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream, allowance: Allowance) -> None:
        self._stream = stream
        self._allowance = allowance

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        received = self._stream.read(max_bytes, self._allowance.seconds(timeout))
        return self._allowance.take(received)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._allowance.seconds(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        seconds = self._allowance.seconds(timeout)
        secured = self._stream.start_tls(ssl_context, server_hostname, seconds)
        return _LimitedStream(secured, self._allowance)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
