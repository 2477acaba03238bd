"""Runs commands in forks that are killed (SIGKILL) at a chosen call, or after a chosen time.

Run with `python -m`: each line on stdin is a `DeadlyCommand` as JSON, each line on stdout is how
that process ended (-9: killed). The functions are wrapped here, in the dying process.
"""

import functools
import importlib
import json
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from typing import Any

from pipeline_assets import definitions  # noqa: F401 - imported here, once
from pipeline_assets.cli import main as cli
from pipeline_assets_tests.commands import beside
from pipeline_assets_tests.workplace import Workplace


@dataclass(frozen=True)
class DeadlyCommand:
    """A command, and when its process dies: never, after `delay_s`, or at a call.

    `function` is `module:name` or `module:Class.name`; the process dies before or after its n-th
    `call`.
    """

    arguments: list[str]
    function: str = ""
    is_before: bool = False
    call: int = 1
    delay_s: float | None = None
    environment: dict[str, str] = field(default_factory=dict)
    home: str = ""


Deadly = Callable[[Workplace, DeadlyCommand], int]


@contextmanager
def deadly_commands() -> Iterator[Deadly]:
    """Runs a command in a workplace until it dies or ends; returns its exit status."""
    with beside(__name__) as (stdin, stdout):

        def send(place: Workplace, wanted: DeadlyCommand) -> int:
            order = asdict(wanted) | {"environment": place.environment, "home": str(place.home)}
            stdin.write(json.dumps(order) + "\n")
            stdin.flush()
            return int(stdout.readline())

        yield send


def main() -> None:
    """One fork per line of stdin."""
    for line in sys.stdin:
        print(_fork(DeadlyCommand(**json.loads(line))), flush=True)


def _fork(wanted: DeadlyCommand) -> int:
    process_id = os.fork()
    if process_id == 0:
        os.setsid()
        os._exit(_run(wanted))
    if wanted.delay_s is not None:
        time.sleep(wanted.delay_s)
        os.kill(process_id, signal.SIGKILL)
    ended = os.waitstatus_to_exitcode(os.waitpid(process_id, 0)[1])
    with suppress(ProcessLookupError):  # what the dead one had started
        os.killpg(process_id, signal.SIGKILL)
    return ended


def _run(wanted: DeadlyCommand) -> int:
    try:
        os.environ.update(wanted.environment)
        os.chdir(wanted.home)
        if wanted.function:
            _arm(wanted)
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115, PTH123 - for the rest of this process
        cli(wanted.arguments)
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 0
    except BaseException:
        traceback.print_exc()
    return 70


def _arm(wanted: DeadlyCommand) -> None:
    module, _, path = wanted.function.partition(":")
    *owners, name = path.split(".")
    owner = functools.reduce(getattr, owners, importlib.import_module(module))
    original = getattr(owner, name)
    calls: list[str] = []

    @functools.wraps(original)
    def wrapped(*arguments: Any, **options: Any) -> Any:
        calls.append(name)
        if wanted.is_before and len(calls) == wanted.call:
            os.kill(os.getpid(), signal.SIGKILL)
        result = original(*arguments, **options)
        if len(calls) == wanted.call:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(owner, name, wrapped)


if __name__ == "__main__":
    main()
