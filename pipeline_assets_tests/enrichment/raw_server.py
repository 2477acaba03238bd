"""A server on loopback that plays bytes as they are, so that it can break every rule of HTTP."""

import re
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

Play = Sequence[bytes | float]
"""What is sent, piece by piece; a number is a pause in seconds."""

_NOT_FOUND = [b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"]
_PATH = re.compile(rb"\A[A-Z]+ (\S*) ")


@dataclass
class RawServer:
    """Answers each request with the `plays` of its path; `asked` are the paths asked for, in order.

    It keeps the connection for the next request, unless the path is in `closing`. `played` are the
    paths whose play came to its end.
    """

    listener: socket.socket
    plays: dict[str, Play] = field(default_factory=dict)
    closing: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)
    played: list[str] = field(default_factory=list)
    longest_request: int = 0
    is_over: threading.Event = field(default_factory=threading.Event)

    @property
    def origin(self) -> str:
        """What the allow-list has to hold."""
        host, port = self.listener.getsockname()
        return f"http://{host}:{port}"

    def serve(self) -> None:
        """Accept connections until the listener is closed."""
        with suppress(OSError):
            while True:
                connection, _ = self.listener.accept()
                threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            connection.settimeout(30)
            while (path := self._asked_for(connection)) is not None:
                self._play(connection, self.plays.get(path, _NOT_FOUND))
                self.played.append(path)
                if path in self.closing:
                    return

    def _asked_for(self, connection: socket.socket) -> str | None:
        request = b""
        while b"\r\n\r\n" not in request:
            received = connection.recv(65_536)
            if not received:
                return None
            request += received
        self.longest_request = max(self.longest_request, len(request))
        found = _PATH.match(request)
        path = found[1].decode() if found else "?"
        self.asked.append(path)
        return path

    def _play(self, connection: socket.socket, play: Play) -> None:
        for step in play:
            if isinstance(step, bytes):
                connection.sendall(step)
            elif self.is_over.wait(step):
                raise OSError("the test is over")


@contextmanager
def raw_server(host: str = "127.0.0.1") -> Iterator[RawServer]:
    """A server until the block ends."""
    with socket.create_server((host, 0)) as listener:
        server = RawServer(listener)
        thread = threading.Thread(target=server.serve)
        thread.start()
        try:
            yield server
        finally:
            server.is_over.set()
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()
