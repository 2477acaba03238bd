"""Commands in forks of one process that has imported everything: they begin at once.

Run with `python -m`: each line on stdin is JSON {"environment", "home", "arguments", "output"}. For
each there are two lines on stdout: the process id once the fork hears signals, and how it ended.
What it prints goes to the files `output`.out and `output`.err.
"""

import json
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from pipeline_assets import (
    definitions,  # noqa: F401 - imported here, once
    stopping,
)
from pipeline_assets.cli import app as _app  # noqa: F401
from pipeline_assets.cli import main as cli
from pipeline_assets.enrichment import looking_up as _looking_up  # noqa: F401
from pipeline_assets.orchestration import drain as _drain  # noqa: F401
from pipeline_assets.services.enrichment import wiring as _wiring  # noqa: F401
from pipeline_assets.services.operators import status as _status  # noqa: F401
from pipeline_assets_tests.commands import Ran, beside
from pipeline_assets_tests.workplace import Workplace

_OURS = ("PIPELINE_", "DAGSTER_", "CATALOGUE_", "AWS_")
LONGEST_S = 120


@dataclass
class Running:
    """A command that has begun; `await_end` is called once."""

    process_id: int
    await_end: Callable[[], Ran]

    def is_running(self) -> bool:
        """Whether it has not ended yet."""
        return psutil.pid_exists(self.process_id)

    def send(self, number: int) -> None:
        """Send it a signal; one that has ended gets none."""
        try:
            os.kill(self.process_id, number)
        except ProcessLookupError:
            return

    def stop(self, number: int) -> tuple[Ran, float]:
        """Send it a signal; how it ended, and the seconds that it took to."""
        begun = time.monotonic()
        self.send(number)
        ran = self.await_end()
        return ran, time.monotonic() - begun

    def left_behind(self) -> list[str]:
        """The processes of its session that are there although it has ended."""
        until = time.monotonic() + 20  # what follows a run's logs looks now and then
        while left := _of_session(self.process_id):
            if time.monotonic() > until:
                break
            time.sleep(0.1)
        return left


Fork = Callable[..., Running]


@contextmanager
def forks() -> Iterator[Fork]:
    """Starts commands in a workplace, one after the other, as the environment says."""
    with beside("pipeline_assets_tests.forked_commands") as (stdin, stdout):

        def start(place: Workplace, *arguments: str, **variables: str) -> Running:
            ours = {name: value for name, value in os.environ.items() if name.startswith(_OURS)}
            output = place.root / "output"
            order = {
                "environment": ours | place.environment | variables,
                "home": str(place.home),
                "arguments": arguments,
                "output": str(output),
            }
            stdin.write(json.dumps(order) + "\n")
            stdin.flush()
            process_id = int(stdout.readline())

            def await_end() -> Ran:
                status = int(stdout.readline())
                out, err = (output.with_suffix(ending).read_text() for ending in (".out", ".err"))
                return Ran(status, out, err)

            return Running(process_id, await_end)

        yield start


def _of_session(session_id: int) -> list[str]:
    found = []
    for process in psutil.process_iter():
        try:
            if os.getsid(process.pid) == session_id and process.status() != psutil.STATUS_ZOMBIE:
                found.append(" ".join(process.cmdline()))
        except (psutil.Error, OSError):
            continue
    return found


def _serve() -> None:
    for line in sys.stdin:
        order = json.loads(line)
        hears, told = os.pipe()
        process_id = os.fork()
        if process_id == 0:
            os.close(hears)
            os._exit(_command(order, told))
        os.close(told)
        os.read(hears, 1)
        os.close(hears)
        print(process_id, flush=True)
        print(os.waitstatus_to_exitcode(os.waitpid(process_id, 0)[1]), flush=True)


def _command(order: dict[str, Any], told: int) -> int:
    """What the fork does; returns its exit status."""
    os.setsid()
    signal.alarm(LONGEST_S)
    with stopping.hearing():
        try:
            for name in [name for name in os.environ if name.startswith(_OURS)]:
                del os.environ[name]
            os.environ.update(order["environment"])
            os.chdir(order["home"])
            for descriptor, ending in ((1, ".out"), (2, ".err")):
                file = os.open(
                    Path(order["output"]).with_suffix(ending), os.O_CREAT | os.O_TRUNC | os.O_WRONLY
                )
                os.dup2(file, descriptor)
            os.write(told, b"h")
            cli(order["arguments"])
        except SystemExit as ended:
            sys.stdout.flush()
            return ended.code if isinstance(ended.code, int) else 0
        except BaseException:
            traceback.print_exc()
            sys.stderr.flush()
        return 70


if __name__ == "__main__":
    _serve()
