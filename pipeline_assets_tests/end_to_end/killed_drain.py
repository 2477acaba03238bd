"""Drains inboxes in processes that are killed (SIGKILL) at a chosen step of a chosen file.

Run with `python -m`: each line on stdin describes one death as JSON, each line on stdout is how
that process ended (-9: killed). There is a fork per death, so Dagster is imported only once. The
functions are wrapped here, in the dying process; the package has no hooks for it.
"""

import functools
import importlib
import json
import os
import signal
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from pipeline_assets.orchestration import barcode_enrichment, product_update
from pipeline_assets_tests import prepared
from pipeline_assets_tests.object_stores import Bucket
from pipeline_assets_tests.workplace import Clock, Workplace

NOW = datetime(2025, 9, 10, 12)
_NOT_KILLED, _BROKEN = 0, 1


@dataclass(frozen=True)
class Death:
    """Where the process dies: before or after the n-th `call` of `function` for `file`.

    `enriches`: it drains the enrichment inbox; `settings` are further environment variables;
    `root` and `bucket` are those of the workplace.
    """

    function: str
    is_before: bool = False
    call: int = 1
    file: str = ""
    root: str = ""
    bucket: dict[str, str] = field(default_factory=dict)
    enriches: bool = False
    settings: dict[str, str] = field(default_factory=dict)

    def as_line(self) -> str:
        """The death as `main` reads it."""
        return json.dumps(asdict(self)) + "\n"


def main() -> None:
    """One fork per line of stdin."""
    prepared.catalogue()  # by this process, which cleans up: a fork that is killed cannot
    for line in sys.stdin:
        print(_fork(Death(**json.loads(line))), flush=True)


def _fork(death: Death) -> int:
    process_id = os.fork()
    if process_id == 0:
        os.setsid()
        os._exit(_drain(death))
    ended = os.waitstatus_to_exitcode(os.waitpid(process_id, 0)[1])
    with suppress(ProcessLookupError):  # what the dead one had started
        os.killpg(process_id, signal.SIGKILL)
    return ended


def _drain(death: Death) -> int:
    """What the dying process does; it returns only when it was not killed."""
    try:
        bucket = Bucket(**death.bucket) if death.bucket else None
        place = Workplace(Path(death.root), Clock(NOW), bucket=bucket)
        os.environ.update(place.environment | death.settings)
        os.chdir(place.home)
        _arm(death)
        place.enrich() if death.enriches else place.drain()
    except BaseException:
        traceback.print_exc()
        return _BROKEN
    return _NOT_KILLED


def _arm(death: Death) -> None:
    taken: list[str] = []
    calls: list[str] = []
    module = barcode_enrichment if death.enriches else product_update
    service = "enrich_file" if death.enriches else "ingest_file"
    original = getattr(module, service)

    def noting_the_file(pipeline: Any, name: str, *rest: Any) -> Any:
        taken.append(name)
        return original(pipeline, name, *rest)

    def is_the_moment() -> bool:
        if not taken or taken[-1] != death.file:
            return False
        calls.append(death.file)
        return len(calls) == death.call

    owner, name = found(death.function)
    setattr(owner, name, _deadly(getattr(owner, name), is_the_moment, is_before=death.is_before))
    vars(module)[service] = noting_the_file


def found(function: str) -> tuple[Any, str]:
    """`module:name` or `module:Class.name` as the object that holds the name, and the name."""
    module, _, path = function.partition(":")
    *owners, name = path.split(".")
    return functools.reduce(getattr, owners, importlib.import_module(module)), name


def _deadly(
    function: Callable[..., Any], is_the_moment: Callable[[], bool], *, is_before: bool
) -> Callable[..., Any]:
    @functools.wraps(function)
    def wrapped(*arguments: Any, **options: Any) -> Any:
        is_now = is_the_moment()
        if is_now and is_before:
            os.kill(os.getpid(), signal.SIGKILL)
        result = function(*arguments, **options)
        if is_now:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    return wrapped


if __name__ == "__main__":
    main()
