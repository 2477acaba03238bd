"""Runs `drain` in forks and kills them (SIGKILL) some time after the first file was begun.

Run with `python -m`: each line on stdin is JSON {"environment", "home", "delay_s"} (without a delay
nothing is killed), each line on stdout is how the process ended (-9: killed). There is a fork per
drain, so Dagster is imported only once.
"""

import functools
import json
import os
import signal
import sys
import time
import traceback
from contextlib import suppress
from typing import Any

from pipeline_assets import definitions  # noqa: F401 - imported here, once
from pipeline_assets.cli import main as cli
from pipeline_assets.orchestration import drain as _drain  # noqa: F401
from pipeline_assets.orchestration import product_update
from pipeline_assets.services.ingestion.ingest_file import ingest_file


def main() -> None:
    """One fork per line of stdin."""
    for line in sys.stdin:
        order = json.loads(line)
        print(_fork(order["environment"], order["home"], order.get("delay_s")), flush=True)


def _fork(environment: dict[str, str], home: str, delay_s: float | None) -> int:
    told, tells = os.pipe()
    process_id = os.fork()
    if process_id == 0:
        os.close(told)
        os.setsid()
        os._exit(_run(environment, home, tells))
    os.close(tells)
    has_begun = os.read(told, 1) == b"b"
    os.close(told)
    if delay_s is not None and has_begun:
        time.sleep(delay_s)
        os.kill(process_id, signal.SIGKILL)
    ended = os.waitstatus_to_exitcode(os.waitpid(process_id, 0)[1])
    with suppress(ProcessLookupError):  # what the dead one had started
        os.killpg(process_id, signal.SIGKILL)
    return ended


def _run(environment: dict[str, str], home: str, tells: int) -> int:
    """What the fork does; it says when its first file is begun."""
    try:
        os.environ.update(environment)
        os.chdir(home)
        told: list[int] = []

        @functools.wraps(ingest_file)
        def telling(*arguments: Any) -> Any:
            if not told:
                told.append(os.write(tells, b"b"))
            return ingest_file(*arguments)

        vars(product_update)["ingest_file"] = telling
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115, PTH123 - for the rest of this process
        cli(["drain", "--json"])
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 0
    except BaseException:
        traceback.print_exc()
    return 70


if __name__ == "__main__":
    main()
