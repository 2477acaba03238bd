"""The image's instructions: linted, true to the manifests, and tried as far as no daemon is needed.

What the soak does is what the instructions do: the wheel is installed with the constraints in an
environment of its own, and the commands run there without a right to write anywhere but in their
two folders.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

import click
import pytest
from dagster._cli import create_dagster_cli
from dagster._daemon.cli import create_dagster_daemon_cli

from pipeline_assets.cli.app import COMMANDS
from pipeline_assets_tests.kubernetes.pods import CODE_SERVER, FOLDER, pods, services
from pipeline_assets_tests.mysql_server import Server
from pipeline_assets_tests.processes import free_port
from pipeline_assets_tests.soaks import rounds
from pipeline_assets_tests.workplace import PROJECT_ROOT, Workplace, row

DOCKERFILE = (FOLDER / "Dockerfile").read_text("utf-8")
FULL = 50
ANYWHERE = "0.0.0.0"  # noqa: S104 - of a pod


def instructions() -> list[tuple[str, str]]:
    """Each instruction of the last stage or before it, with what follows its word."""
    joined = re.sub(r"\\\n\s*", "", re.sub(r"(?m)^#.*\n", "", DOCKERFILE))
    found = [line.strip().partition(" ") for line in joined.splitlines() if line.strip()]
    return [(word, rest) for word, _, rest in found]


def said(word: str) -> list[str]:
    return [rest for one, rest in instructions() if one == word]


def commands() -> list[list[str]]:
    """The commands of the image and of the pods."""
    (start,), (health,) = said("CMD"), said("HEALTHCHECK")
    found = [json.loads(start), json.loads(health.partition("CMD ")[2])]
    found.append(["pipeline-assets", "prepare"])
    found.append(services()["dagsterDaemon"]["livenessProbe"]["exec"]["command"])
    arguments = services()[CODE_SERVER]["dagsterApiGrpcArgs"]
    found.append(["dagster", "api", "grpc", "-h", ANYWHERE, "-p", "4266", *arguments])
    return found


def test_the_linter_has_no_remark() -> None:
    linter = Path(sys.executable).parent / "hadolint"
    ran = subprocess.run([linter, FOLDER / "Dockerfile"], capture_output=True, text=True)
    assert (ran.returncode, ran.stdout) == (0, "")


def test_it_runs_as_nobody_special_and_says_how_it_is(tmp_path: Path) -> None:
    words = [word for word, _ in instructions()]
    assert said("USER") == ["10001:10001"]
    # After the last instruction that needs more rights.
    assert max(n for n, word in enumerate(words) if word in {"RUN", "COPY"}) < words.index("USER")
    for pod in pods(tmp_path).values():
        assert pod["securityContext"]["runAsUser"] == 10001
    assert said("EXPOSE") == [str(services()[CODE_SERVER]["port"])]
    assert len(said("HEALTHCHECK")) == 1
    assert not said("ARG")
    assert not re.search("password|secret|token|:latest", DOCKERFILE, re.IGNORECASE)
    assert f"pipeline-assets:{version('pipeline-assets')}" in DOCKERFILE


def test_only_what_is_copied_reaches_the_build() -> None:
    lines = (PROJECT_ROOT / ".dockerignore").read_text("utf-8").splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    assert rules[0] == "*"
    allowed = {rule[1:] for rule in rules if rule.startswith("!")}
    copied = [rest.split()[:-1] for rest in said("COPY") if not rest.startswith("--from")]
    assert {source.removeprefix("./") for sources in copied for source in sources} == allowed
    assert all((PROJECT_ROOT / name).exists() for name in allowed)


@pytest.mark.parametrize("command", commands(), ids=" ".join)
def test_a_command_exists_and_takes_its_options(command: list[str]) -> None:
    program, *arguments = command
    if program == "pipeline-assets":
        assert arguments[0] in {name for name, *_ in COMMANDS}
        return
    clis = {"dagster": create_dagster_cli, "dagster-daemon": create_dagster_daemon_cli}
    found: click.Command = clis[program]()
    while isinstance(found, click.Group):
        name = arguments.pop(0)
        inner = found.get_command(click.Context(found), name)
        assert inner is not None, name
        found = inner
    found.make_context(found.name, arguments).close()


def without_rights(
    home: Path, environment: dict[str, str], *command: str
) -> "subprocess.Popen[str]":
    """A command that owns its folders as root, but has no right to write where none is given."""
    return subprocess.Popen(
        ["setpriv", "--bounding-set=-all", "--inh-caps=-all", "--no-new-privs", *command],
        cwd=home,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


@pytest.fixture
def read_only(tmp_path: Path) -> Iterator[Path]:
    """A folder for what nobody may write to; it can be removed afterwards."""
    folder = tmp_path / "image"
    folder.mkdir()
    yield folder
    subprocess.run(["chmod", "-R", "u+w", str(folder)], check=True)


def installed(folder: Path) -> Path:
    """The folder of the commands, of the wheel in an environment of its own, read-only."""
    source = folder / "source"
    source.mkdir()
    for name in said("COPY")[0].split()[:-1]:
        shutil.copy(PROJECT_ROOT / name, source)
    kept = shutil.ignore_patterns("__pycache__")
    shutil.copytree(PROJECT_ROOT / "pipeline_assets", source / "pipeline_assets", ignore=kept)
    (step,) = [rest for rest in said("RUN") if "pip install" in rest]
    environment = folder / "environment"
    script = step.replace("/opt/pipeline-assets", str(environment)).replace(
        "python -m venv", f"{sys.executable} -m venv"
    )
    subprocess.run(["sh", "-euc", script.replace("--no-cache-dir ", "")], check=True, cwd=source)
    return environment / "bin"


@contextmanager
def code_server(home: Path, environment: dict[str, str]) -> Iterator[int]:
    """The image's command, at a free port, until the block ends."""
    port = free_port()
    (start,) = said("CMD")
    command = [str(port) if word == "4266" else word for word in json.loads(start)]
    command = ["127.0.0.1" if word == ANYWHERE else word for word in command]
    with without_rights(home, environment, *command) as server:
        try:
            yield port
        finally:
            server.terminate()
            try:
                server.communicate(timeout=60)
            except subprocess.TimeoutExpired:
                server.kill()


@pytest.mark.soak
def test_what_the_image_holds_works_where_it_may_not_write(
    workplace: Workplace, mariadb: Server, read_only: Path, tmp_path: Path
) -> None:
    if os.geteuid() != 0:
        pytest.skip("rights can only be given up by root")
    # In its short form with the tests' own environment: to install another takes minutes.
    is_full = rounds(FULL) == FULL
    programs = installed(read_only) if is_full else Path(sys.executable).parent
    home = read_only / "home"
    home.mkdir()
    shutil.copy(FOLDER / "dagster.yaml", home)
    data, temporary = tmp_path / "volume", tmp_path / "tmp"
    data.mkdir()
    temporary.mkdir()
    # Runs as Jobs need a cluster; here they are processes of their own.
    text = (home / "dagster.yaml").read_text("utf-8")
    text = re.sub("base_dir: .*", f"base_dir: {temporary}", text)
    text = re.sub(r"(?ms)^run_launcher:.*?(?=^\S)", "", text)
    (home / "dagster.yaml").write_text(text, "utf-8")
    database = mariadb.new_database().rpartition("/")[2].partition("?")[0]
    environment = {
        "PATH": f"{programs}:/usr/local/bin:/usr/bin:/bin",
        "HOME": str(temporary),
        "TMPDIR": str(temporary),
        "MPLCONFIGDIR": str(temporary / "matplotlib"),
        "PYTHONDONTWRITEBYTECODE": "1",
        "LANG": "C.UTF-8",
        "DAGSTER_HOME": str(home),
        "PIPELINE_DATA_DIR": str(data),
        "PIPELINE_SETTLE_S": "0",
        "CATALOGUE_URL": mariadb.new_database(),
        "DAGSTER_MYSQL_HOST": mariadb.host,
        "DAGSTER_MYSQL_PORT": str(mariadb.port),
        "DAGSTER_MYSQL_USER": mariadb.user,
        "DAGSTER_MYSQL_PASSWORD": mariadb.password,
        "DAGSTER_MYSQL_DB": database,
    }
    subprocess.run(["chmod", "-R", "a-w", str(read_only)], check=True)
    with without_rights(home, environment, "touch", str(home / "file")) as refused:
        assert "Permission denied" in refused.communicate()[0]
    with without_rights(home, environment, "pipeline-assets", "prepare") as prepare:
        out, _ = prepare.communicate(timeout=300)
    assert prepare.returncode == 0, out
    place = Workplace(tmp_path, catalogue_url=environment["CATALOGUE_URL"])
    (data / "product_inbox" / "a.jsonl").write_bytes(
        "".join(json.dumps(one) + "\n" for one in [row("1", 1.5)]).encode()
    )
    with without_rights(home, environment, "pipeline-assets", "drain", "--json") as drain:
        out, _ = drain.communicate(timeout=300)
    assert drain.returncode == 0, out
    assert place.one("SELECT COUNT(*) FROM store_prices") == 1
    with code_server(home, environment) as port:
        until = time.monotonic() + 120
        while True:
            check = ("dagster", "api", "grpc-health-check", "-p", str(port))
            with without_rights(home, environment, *check) as health:
                out, _ = health.communicate(timeout=60)
            if health.returncode == 0:
                break
            assert time.monotonic() < until, out
            time.sleep(1)
