"""The tests' own MariaDB server: a private data folder, a free port, loopback only, quick."""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import mysql.connector

from pipeline_assets.catalogue.database.engine import engine_for
from pipeline_assets.catalogue.database.migrate import migrate

REQUIRED = "PIPELINE_TESTS_REQUIRE_MARIADB"
START_S = 60
_NUMBERS = count(1)


def server_binary() -> str | None:
    """Where the server is, if it is installed."""
    return shutil.which("mariadbd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


class MariaDb:
    """One server; it can be stopped, killed and started again on the same data."""

    def __init__(self, folder: Path, binary: str) -> None:
        self._folder = folder
        self._binary = binary
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])
        self._process: subprocess.Popen[bytes] | None = None
        self._schema = b""

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

    def url(self, database: str) -> str:
        """The SQLAlchemy URL of a database here."""
        return f"mysql+mysqlconnector://root@127.0.0.1:{self.port}/{database}"

    def new_database(self) -> str:
        """The URL of a new, empty database."""
        name = f"test_{os.getpid()}_{next(_NUMBERS)}"
        self.execute(f"CREATE DATABASE {name}")
        return self.url(name)

    def new_catalogue(self) -> str:
        """The URL of a new catalogue without a row: the first is migrated, the others copied."""
        url = self.new_database()
        name = url.rpartition("/")[2]
        if self._schema:
            self._client("mariadb", name, statements=self._schema)
            return url
        engine = engine_for(url)
        migrate(engine)
        engine.dispose()
        self._schema = self.dump(name)
        return url

    def dump(self, database: str) -> bytes:
        """The statements that make a database as this one is."""
        options = ("--skip-opt", "--create-options", "--skip-comments", "--skip-disable-keys")
        return self._client("mariadb-dump", *options, database)

    def _client(self, program: str, *arguments: str, statements: bytes = b"") -> bytes:
        command = [program, "--no-defaults", "--user=root", "--host=127.0.0.1"]
        return subprocess.run(
            [*command, f"--port={self.port}", *arguments],
            input=statements,
            stdout=subprocess.PIPE,
            check=True,
        ).stdout

    def execute(self, statement: str) -> None:
        """Run a statement as root."""
        with mysql.connector.connect(host="127.0.0.1", port=self.port, user="root") as connection:
            cursor = connection.cursor()
            cursor.execute(statement)
            cursor.close()


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
