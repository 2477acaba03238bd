"""The tests' own brokers: a private folder, a free port, loopback only; ended by process id."""

import os
import shutil
import signal
import socket
import subprocess
from pathlib import Path

from pipeline_assets_tests.processes import end, free_port, is_listening, wait_until

_START_S = 60


class Redis:
    """One server without persistence; what waits in it is lost when it ends."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._port = free_port()
        self._broker_count = 0
        self._process: subprocess.Popen[bytes] | None = None

    def new_url(self) -> str:
        """Where Celery finds a broker in it in which nothing waits."""
        self._broker_count += 1
        return f"redis://127.0.0.1:{self._port}/{self._broker_count}"

    def start(self) -> None:
        """Start it and wait until it answers."""
        options = ["--bind", "127.0.0.1", "--port", str(self._port), "--dir", str(self._folder)]
        with (self._folder / "redis.log").open("ab") as log:
            self._process = subprocess.Popen(
                [
                    redis_binary(),
                    *options,
                    "--save",
                    "",
                    "--appendonly",
                    "no",
                    "--databases",
                    "999",
                ],
                stdout=log,
                stderr=log,
            )
        wait_until(lambda: _answers(self._port), _START_S)

    def stop(self, how: int = signal.SIGTERM) -> None:
        """End it, in order or by SIGKILL."""
        end(self._process, how)
        self._process = None


class RabbitMq:
    """One server, with a port mapper of its own; what waits in it outlives a restart."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._port = free_port()
        mapper = free_port()
        (folder / "plugins").write_text("[].\n")
        (folder / "rabbitmq.conf").write_text(f"listeners.tcp.default = 127.0.0.1:{self._port}\n")
        self._environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "LANG": "C.UTF-8",
            "ERL_EPMD_PORT": str(mapper),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODENAME": "tests@localhost",
            "RABBITMQ_DIST_PORT": str(free_port()),
            "RABBITMQ_CONF_ENV_FILE": "/dev/null",
            "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq.conf"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
            "RABBITMQ_MNESIA_BASE": str(folder / "data"),
            "RABBITMQ_LOG_BASE": str(folder),
            "RABBITMQ_PID_FILE": str(folder / "pid"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
        }
        self._mapper = self._started(["epmd", "-port", str(mapper), "-address", "127.0.0.1"])
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where Celery finds it."""
        return f"amqp://guest:guest@127.0.0.1:{self._port}//"

    def start(self) -> None:
        """Start it and wait until it listens."""
        self._process = self._started([RABBITMQ_BINARY])
        wait_until(lambda: is_listening(self._port), 3 * _START_S)

    def _started(self, command: list[str]) -> subprocess.Popen[bytes]:
        with (self._folder / "server.log").open("ab") as log:
            return subprocess.Popen(
                command, env=self._environment, stdout=log, stderr=log, start_new_session=True
            )

    def stop(self, how: int = signal.SIGTERM) -> None:
        """End it, in order or by SIGKILL: the server, and the script that has started it."""
        if self._process is not None:
            os.killpg(self._process.pid, how)
            self._process.wait(60)
            wait_until(lambda: not is_listening(self._port), 30)
            self._process = None

    def close(self) -> None:
        """End it and its port mapper."""
        self.stop()
        end(self._mapper)


RABBITMQ_BINARY = "/usr/lib/rabbitmq/bin/rabbitmq-server"
"""Debian's; the one in the path can only start the machine's own."""


def redis_binary() -> str:
    """Where the server is, or an empty text."""
    return shutil.which("redis-server", path=f"{os.environ.get('PATH', '')}:/usr/sbin") or ""


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as client:
            client.sendall(b"PING\r\n")
            return client.recv(5) == b"+PONG"
    except OSError:
        return False
