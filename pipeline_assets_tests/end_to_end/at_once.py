"""Runs commands that start at the same moment, each in a fork, so that Dagster is imported once.

Run with `python -m`: each line on stdin is JSON {"environment", "home", "commands"}, where a
command is a list of arguments; each line on stdout is how they ended: [[status, what it printed]].
"""

import json
import os
import sys
import time
import traceback
from pathlib import Path

from pipeline_assets import definitions  # noqa: F401 - imported here, once
from pipeline_assets.cli import main as cli
from pipeline_assets.orchestration import drain as _drain  # noqa: F401
from pipeline_assets.orchestration import mysql_storage as _mysql_storage  # noqa: F401


def main() -> None:
    """One fork per command of each line of stdin."""
    for line in sys.stdin:
        order = json.loads(line)
        begin = time.monotonic() + 0.05
        logs = [Path(order["home"]) / f"command-{n}.log" for n in range(len(order["commands"]))]
        forks = [
            _fork(order["environment"], order["home"], command, log, begin)
            for command, log in zip(order["commands"], logs, strict=True)
        ]
        ended = [os.waitstatus_to_exitcode(os.waitpid(fork, 0)[1]) for fork in forks]
        said = [log.read_text() for log in logs]
        for log in logs:
            log.unlink()
        print(json.dumps(list(zip(ended, said, strict=True))), flush=True)


def _fork(
    environment: dict[str, str], home: str, command: list[str], log: Path, begin: float
) -> int:
    process_id = os.fork()
    if process_id == 0:
        descriptor = os.open(log, os.O_WRONLY | os.O_CREAT)
        os.dup2(descriptor, 1)
        os.dup2(descriptor, 2)
        os.environ.update(environment)
        os.chdir(home)
        time.sleep(max(0.0, begin - time.monotonic()))
        status = _run(command)
        sys.stdout.flush()
        os._exit(status)
    return process_id


def _run(command: list[str]) -> int:
    try:
        cli(command)
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 0
    except BaseException:
        traceback.print_exc()
    return 70


if __name__ == "__main__":
    main()
