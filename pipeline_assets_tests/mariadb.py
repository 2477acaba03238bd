"""The tests' own MariaDB server: a private data folder, a free port, loopback only, quick."""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import mysql.connector
from sqlalchemy import make_url

from pipeline_assets_tests.mysql_server import Server
from pipeline_assets_tests.processes import end, free_port, wait_until

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
        super().__init__(make_url(f"mysql+mysqlconnector://root@127.0.0.1:{free_port()}"))
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
        wait_until(self._answers, START_S)

    def _answers(self) -> bool:
        try:
            mysql.connector.connect(host="127.0.0.1", port=self.port, user="root").close()
        except mysql.connector.Error:
            return False
        return True

    def stop(self, how: int = signal.SIGTERM) -> None:
        """End it: in order, or by SIGKILL as a crash would."""
        end(self._process, how)
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
