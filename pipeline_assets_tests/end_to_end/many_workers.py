"""`deploy/celery` for real: a code server, daemon, webserver and workers, each a process."""

import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import dagster as dg
import psutil
import pytest
import yaml
from dagster._core.launcher import LaunchRunContext

from pipeline_assets.inbox.scanning import file_to_process
from pipeline_assets.orchestration.names import DEFINITIONS, PRODUCT_UPDATE
from pipeline_assets.orchestration.workers.launcher import CeleryLauncher
from pipeline_assets_tests.mariadb import MariaDb
from pipeline_assets_tests.orchestration.launcher.launched import new_run_of
from pipeline_assets_tests.processes import free_port, is_listening, wait_until
from pipeline_assets_tests.workplace import Workplace

DEPLOY = Path(__file__).resolve().parents[2] / "deploy" / "celery"
_PROGRAMS = Path(sys.executable).parent
_START_S = 120


def worker_command() -> list[str]:
    """The command of the worker's unit; its last options are its name and its concurrency."""
    unit = (DEPLOY / "pipeline-assets-worker.service").read_text("utf-8")
    (command,) = re.findall(r"^ExecStart=(.+)$", unit, re.MULTILINE)
    program, *words = shlex.split(command.replace("%%", "%"))
    assert [words[-4], words[-2]] == ["--hostname", "--concurrency"]
    return [Path(program).name, *words]


@dataclass
class Deployment:
    """One installation in a folder; `environment` is what all of its processes are started with."""

    home: Path
    environment: Mapping[str, str]
    code_port: int = field(default_factory=free_port)
    ui_port: int = field(default_factory=free_port)
    workers: list["Worker"] = field(default_factory=list)

    def install(self, most_runs: int | None = None) -> None:
        """Put the files of `deploy/celery` into the home; the code server gets its own port."""
        configuration = yaml.safe_load((DEPLOY / "dagster.yaml").read_text("utf-8"))
        if most_runs is not None:
            configuration["concurrency"]["runs"]["max_concurrent_runs"] = most_runs
        (self.home / "dagster.yaml").write_text(yaml.safe_dump(configuration))
        workspace = (DEPLOY / "workspace.yaml").read_text("utf-8")
        assert "port: 4266" in workspace
        (self.home / "workspace.yaml").write_text(workspace.replace("4266", str(self.code_port)))

    @contextmanager
    def servers(self, *, with_ui: bool = True) -> Iterator[None]:
        """The code server, the daemon and the webserver, until the block ends."""
        with ExitStack() as stack:

            def start(name: str, command: str) -> None:
                stack.callback(end, self._start(name, command.split()))

            code, ui = self.code_port, self.ui_port
            start("code", f"dagster code-server start -h 127.0.0.1 -p {code} -m {DEFINITIONS}")
            wait_until(lambda: is_listening(code), _START_S)
            start("daemon", "dagster-daemon run -w workspace.yaml")
            if with_ui:
                start("ui", f"dagster-webserver -h 127.0.0.1 -p {ui} -w workspace.yaml")
                wait_until(lambda: is_listening(ui), _START_S)
            yield

    def worker(self, name: str, concurrency: int, host: str | None = None) -> "Worker":
        """Start a worker; with `host`, on a machine that it believes to be of that name."""
        command = [*worker_command()[:-4], "-n", f"{name}@%h", "-c", str(concurrency)]
        worker = Worker(self._start(name, command, host), self.home / f"{name}.log")
        self.workers.append(worker)
        return worker

    def _start(
        self, name: str, command: list[str], host: str | None = None
    ) -> subprocess.Popen[bytes]:
        program = [str(_PROGRAMS / command[0]), *command[1:]]
        if host is not None:
            program = ["unshare", "--uts", "sh", "-c", 'hostname "$0" && exec "$@"', host, *program]
        with (self.home / f"{name}.log").open("ab") as log:
            return subprocess.Popen(
                program,
                cwd=self.home,
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL) and None,
            )

    def logs(self) -> str:
        """The ends of all logs."""
        return "\n".join(
            f"== {log.name}\n{log.read_text('utf-8', 'replace')[-3000:]}"
            for log in sorted(self.home.glob("*.log"))
        )


@dataclass
class Worker:
    """A worker's main process, which its pool and its caretaker follow."""

    process: subprocess.Popen[bytes]
    log: Path

    def is_ready(self) -> bool:
        """Whether it waits for runs."""
        return " ready." in self.log.read_text("utf-8", "replace")

    def wait_until_ready(self) -> None:
        """Wait until it is."""
        wait_until(self.is_ready, _START_S)

    def kill(self) -> None:
        """Kill it; the kernel kills its pool."""
        self.process.kill()
        self.process.wait(30)

    def stop(self) -> None:
        """Let it finish its runs, and end."""
        end(self.process)


def end(process: subprocess.Popen[bytes]) -> None:
    """End a process in order, and what is left of its session after that by force."""
    with_descendants = _descendants(process)
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(30)
    _, left = psutil.wait_procs(with_descendants, timeout=15)
    for one in left:
        one.kill()


def _descendants(process: subprocess.Popen[bytes]) -> list[psutil.Process]:
    try:
        return psutil.Process(process.pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def variables(mariadb: MariaDb, broker: str, data: Path, home: Path) -> dict[str, str]:
    """The environment of a new installation whose databases are on this server."""
    dagsters = mariadb.new_database()
    return {
        "DAGSTER_HOME": str(home),
        "PIPELINE_DATA_DIR": str(data),
        "CATALOGUE_URL": mariadb.new_catalogue(),
        "CELERY_BROKER_URL": broker,
        "DAGSTER_MYSQL_HOST": "127.0.0.1",
        "DAGSTER_MYSQL_PORT": str(mariadb.port),
        "DAGSTER_MYSQL_USER": "root",
        "DAGSTER_MYSQL_PASSWORD": "",
        "DAGSTER_MYSQL_DB": urlsplit(dagsters).path[1:],
    }


@contextmanager
def installed(
    place: Workplace, mariadb: MariaDb, broker: str, patch: pytest.MonkeyPatch
) -> Iterator[Deployment]:
    """`deploy/celery` in a bare workplace; its workers are ended afterwards."""
    place.variables = variables(mariadb, broker, place.data, place.home)
    place.catalogue_url = place.variables["CATALOGUE_URL"]
    for name, value in place.environment.items():
        patch.setenv(name, value)
    deployment = Deployment(place.home, {**os.environ, **place.environment})
    deployment.install()
    assert place.pipeline
    assert place.instance
    try:
        yield deployment
    finally:
        for worker in deployment.workers:
            worker.stop()


def send(place: Workplace, name: str, rows: Iterable[Mapping[str, Any]]) -> dg.DagsterRun:
    """Drop a file, and have a run for it sent to the broker, as the daemon does."""
    run = new_run_of(place, name, file_to_process(place.drop(name, rows)).fingerprint)
    event = dg.DagsterEvent(dg.DagsterEventType.PIPELINE_STARTING.value, PRODUCT_UPDATE)
    place.instance.report_dagster_event(event, run_id=run.run_id)
    place.instance.run_launcher.launch_run(LaunchRunContext(run, None))
    return run


def send_again(place: Workplace, run: dg.DagsterRun) -> None:
    """Deliver a run once more, as brokers do when they have missed the first acknowledgement."""
    launcher = place.instance.run_launcher
    assert isinstance(launcher, CeleryLauncher)
    launcher.launch_run(LaunchRunContext(run, None))
