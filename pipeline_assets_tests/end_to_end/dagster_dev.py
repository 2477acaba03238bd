"""A real `dagster dev` on loopback: webserver, daemon and sensors, as operators run it."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from pipeline_assets_tests import prepared
from pipeline_assets_tests.processes import free_port

T = TypeVar("T")
PROJECT_ROOT = Path(__file__).resolve().parents[2]
START_S = 180


class Ui:
    """What the web page asks the server, asked directly."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"

    def ask(self, query: str, **variables: Any) -> Any:
        """The data that a GraphQL query answers with."""
        body = json.dumps({"query": query, "variables": variables}).encode()
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.url}/graphql", data=body, headers=headers)
        with urllib.request.urlopen(request, timeout=20) as response:
            answer = json.load(response)
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    def runs(self) -> list[dict[str, Any]]:
        """The runs, newest first: id, job, status, tags, and the keys of the steps that ran."""
        answer = self.ask(
            "{runsOrError {... on Runs {results "
            "{runId jobName status tags {key value} stepStats {stepKey status}}}}}"
        )
        return list(answer["runsOrError"]["results"])


@contextmanager
def dagster_dev(home: Path, log: Path, started_in: Path | None = None) -> Iterator[Ui]:
    """Run it until the block ends, as it is configured for users; nothing of it is left behind."""
    prepared.keep_logs(home)
    port = free_port()
    command = [sys.executable, "-m", "dagster", "dev", "--host", "127.0.0.1", "--port", str(port)]
    with log.open("w") as output:
        process = subprocess.Popen(
            [*command, "-w", str(PROJECT_ROOT / "workspace.yaml")],
            cwd=started_in or home,
            env=os.environ | {"DAGSTER_HOME": str(home), "PYTHONWARNINGS": "default"},
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL) and None,
        )
    try:
        ui = Ui(port)
        eventually(lambda: _version(ui), START_S, log)
        yield ui
    finally:
        os.killpg(process.pid, signal.SIGINT)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(10)


def eventually(find: Callable[[], T | None], within_s: float, log: Path | None = None) -> T:
    """What `find` finds at last; fails with the end of the log when it finds nothing in time."""
    until = time.monotonic() + within_s
    while time.monotonic() < until:
        found = find()
        if found:
            return found
        time.sleep(0.5)
    tail = log.read_text()[-3000:] if log else ""
    raise AssertionError(f"nothing within {within_s:g} s\n{tail}")


def _version(ui: Ui) -> str | None:
    try:
        return str(ui.ask("{version}")["version"])
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return None
