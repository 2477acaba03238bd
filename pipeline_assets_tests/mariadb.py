"""The tests' own MariaDB server: a private data folder, a free port, loopback only, quick."""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import mysql.connector
from sqlalchemy import make_url

from pipeline_assets_tests.mysql_server import Server

REQUIRED = "PIPELINE_TESTS_REQUIRE_MARIADB"
START_S = 60


def server_binary() -> str | None:
    """Where the server is, if it is installed."""
    return shutil.which("mariadbd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


class MariaDb(Server):
    """A server of the tests' own; it can be stopped, killed and started again on the same data."""

    def __init__(self, folder: Path, binary: str) -> None:
        self._folder = folder
        self._binary = binary
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = int(free.getsockname()[1])
        super().__init__(make_url(f"mysql+mysqlconnector://root@127.0.0.1:{port}"))
        self._process: subprocess.Popen[bytes] | None = None

    def install(self) -> None:
        """Make the data folder."""
        subprocess.run(
            [
                "mariadb-install-db",
                *self._options(),
                "--auth-root-authentication-method=normal",
                "--skip-test-db",
            ],
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def _options(self) -> list[str]:
        return [
            "--no-defaults",
            f"--datadir={self._folder / 'data'}",
            # In a folder that servers share, one that starts removes the others' temporary tables.
            f"--tmpdir={self._folder}",
            *(["--user=root"] if os.geteuid() == 0 else []),
        ]

    def start(self) -> None:
        """Start it and wait until it answers."""
        with (self._folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                [
                    self._binary,
                    *self._options(),
                    "--bind-address=127.0.0.1",
                    f"--port={self.port}",
                    f"--socket={self._folder / 's'}",
                    f"--pid-file={self._folder / 'pid'}",
                    "--skip-log-bin",
                    "--skip-name-resolve",
                    # A commit need not survive a power cut here, only the server's own death.
                    "--innodb-flush-log-at-trx-commit=2",
                    "--innodb-buffer-pool-size=64M",
                    "--innodb-log-file-size=32M",
                    "--max-connections=300",
                ],
                stdout=log,
                stderr=log,
            )
        self._wait()

    def _wait(self) -> None:
        until = time.monotonic() + START_S
        while True:
            try:
                mysql.connector.connect(host="127.0.0.1", port=self.port, user="root").close()
                return
            except mysql.connector.Error:
                if time.monotonic() > until:
                    raise
                time.sleep(0.1)

    def stop(self, how: int = signal.SIGTERM) -> None:
        """End it: in order, or by SIGKILL as a crash would."""
        if self._process is not None:
            self._process.send_signal(how)
            try:
                self._process.wait(30)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait(10)
            self._process = None


@contextmanager
def running_server(folder: Path, binary: str) -> Iterator[MariaDb]:
    """A server until the block ends; nothing of it is left behind."""
    server = MariaDb(folder, binary)
    server.install()
    server.start()
    try:
        yield server
    finally:
        server.stop()
