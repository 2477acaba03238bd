"""Publishes in forks that are killed (SIGKILL) at a chosen call of a function, or some time later.

Run with `python -m`: each line on stdin is JSON {"root", "function", "call", "is_before"} or
{"root", "delay_s"}, each line on stdout is how that process ended (-9: killed). Libraries are
imported once. The functions are wrapped here, in the dying process; the package has no hooks for
it.
"""

import functools
import importlib
import json
import os
import signal
import sys
import time
import traceback
from pathlib import Path
from typing import Any

from pipeline_assets.services.publishing import write_set  # noqa: F401 - imported here, once
from pipeline_assets.services.publishing.publish import publish
from pipeline_assets_tests import prepared
from pipeline_assets_tests.workplace import Workplace


def main() -> None:
    """One fork per line of stdin."""
    prepared.catalogue()  # by this process, which cleans up: a fork that is killed cannot
    for line in sys.stdin:
        print(_fork(json.loads(line)), flush=True)


def _fork(order: dict[str, Any]) -> int:
    told, tells = os.pipe()
    process_id = os.fork()
    if process_id == 0:
        os._exit(_publish(order, tells))
    os.close(tells)
    os.read(told, 1)  # it has begun, or has ended
    os.close(told)
    if "delay_s" in order:
        time.sleep(order["delay_s"])
        os.kill(process_id, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(process_id, 0)[1])


def _publish(order: dict[str, Any], tells: int) -> int:
    """What the dying process does; it returns only when it was not killed."""
    try:
        place = Workplace(Path(order["root"]))
        os.environ.update(place.environment)
        assert place.pipeline
        if "function" in order:
            _arm(order["function"], order["call"], is_before=order["is_before"])
        os.write(tells, b"b")
        publish(place.pipeline)
    except BaseException:
        traceback.print_exc()
        return 1
    return 0


def _arm(function: str, call: int, *, is_before: bool) -> None:
    """Wrap `module:name` or `module:Class.name`."""
    module, _, path = function.partition(":")
    *owners, name = path.split(".")
    owner: Any = functools.reduce(getattr, owners, importlib.import_module(module))
    original = getattr(owner, name)
    calls: list[str] = []

    @functools.wraps(original)
    def wrapped(*arguments: Any, **options: Any) -> Any:
        calls.append(name)
        is_now = len(calls) == call
        if is_now and is_before:
            os.kill(os.getpid(), signal.SIGKILL)
        result = original(*arguments, **options)
        if is_now:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(owner, name, wrapped)


if __name__ == "__main__":
    main()
