"""Fixtures that every test can ask for; how a workplace behaves is in `workplace`."""

import os
import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from hypothesis import settings

from pipeline_assets_tests.brokers import Redis, redis_binary
from pipeline_assets_tests.mariadb import REQUIRED, MariaDb, running_server, server_binary
from pipeline_assets_tests.mysql_server import GIVEN, Server, given_server
from pipeline_assets_tests.object_stores import ObjectServer, running_object_server
from pipeline_assets_tests.sites import Sites
from pipeline_assets_tests.workplace import Workplace

# Fixtures of a session or a module that take seconds.
COSTLY = {
    "documented",
    "drained_real_files",
    "fork",
    "kill",
    "labelled",
    "morning",
    "taken_bad_files",
}
BROWSER_REQUIRED = "PIPELINE_TESTS_REQUIRE_CHROMIUM"
REDIS_REQUIRED = "PIPELINE_TESTS_REQUIRE_REDIS"
# How long an example takes says more about what else the machine is doing.
settings.register_profile("tests", deadline=None)
settings.load_profile("tests")

_SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def real_scrapes() -> Path:
    """The folder of real scrape files; tests that need it are skipped where it is absent."""
    folder = _SHARED_DATA / "scrapes"
    if not folder.is_dir():
        pytest.skip("the real scrape files are not here (../shared/data/scrapes)")
    return folder


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that share what is costly to make run in one worker of pytest-xdist.

    And those that need a server of MariaDB or MySQL are marked; a test that repeats is a soak.
    """
    for item in items:
        fixtures = getattr(item, "fixturenames", ())
        for name in COSTLY.intersection(fixtures):
            item.add_marker(pytest.mark.xdist_group(name))
        if any("mariadb" in name for name in (item.nodeid, *fixtures)):
            item.add_marker(pytest.mark.mysql)
        if item.get_closest_marker("repeats"):
            item.add_marker(pytest.mark.soak)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One contract, two databases, or folders and an object store: such tests run on each."""
    if "workplace" in metafunc.fixturenames:
        on_both = getattr(metafunc.module, "ON_BOTH_DATABASES", False)
        on_objects = getattr(metafunc.module, "ON_OBJECTS_TOO", False)
        places = ["sqlite", *["mariadb"] * on_both, *["objects"] * on_objects]
        if len(places) > 1:
            metafunc.parametrize("workplace", places, indirect=True)


@pytest.fixture(scope="session")
def mariadb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server for the tests that do not stop it: MariaDB, or what a variable names."""
    if GIVEN:
        with given_server(GIVEN) as given:
            yield given
        return
    with running_server(tmp_path_factory.mktemp("mariadb"), required_server()) as server:
        yield server


@pytest.fixture(scope="session")
def object_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ObjectServer]:
    """A server of objects for the tests that do not stop it."""
    with running_object_server(tmp_path_factory.mktemp("objects")) as server:
        yield server


@pytest.fixture
def breakable_mariadb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MariaDb]:
    """A server for one test, which may stop and kill it."""
    with own_server(tmp_path_factory.mktemp("mariadb")) as server:
        yield server


@pytest.fixture(scope="session")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Redis]:
    """A server of brokers for the tests that do not stop it."""
    with running_redis(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture
def breakable_redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Redis]:
    """A server for one test, which may stop and kill it."""
    with running_redis(tmp_path_factory.mktemp("redis")) as server:
        yield server


@contextmanager
def running_redis(folder: Path) -> Iterator[Redis]:
    """A server until the block ends; without its binary the test is skipped, unless it must not."""
    if not redis_binary():
        assert not os.environ.get(REDIS_REQUIRED), "Redis is required here, and there is none"
        pytest.skip("there is no redis-server (Debian's package `redis-server`)")
    server = Redis(folder)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def own_server(folder: Path) -> AbstractContextManager[MariaDb]:
    """A server that only the test that asks for it uses; never the one that a variable names."""
    if GIVEN:
        pytest.skip("the server of PIPELINE_TESTS_MYSQL_URL is not the tests' own")
    return running_server(folder, required_server())


def required_server() -> str:
    """The server's binary; without it the test is skipped, unless it must not be."""
    binary = server_binary()
    if binary is None:
        assert not os.environ.get(REQUIRED), "MariaDB is required here, and there is none"
        pytest.skip("there is no mariadbd (Debian's package `mariadb-server`)")
    return binary


def required_chromium() -> str:
    """The browser's path; without one the test is skipped, unless it must not be."""
    found = shutil.which("chromium")
    if found is None:
        assert not os.environ.get(BROWSER_REQUIRED), "Chromium is required here, and there is none"
        pytest.skip("Chromium is not installed (Debian's package `chromium`)")
    return found


@pytest.fixture
def workplace(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Workplace]:
    """A data folder, a catalogue and a Dagster home of the test's own, as the environment says.

    Modules that hold for both databases say `ON_BOTH_DATABASES = True`; those that hold with an
    object store too say `ON_OBJECTS_TOO = True`. Storages are there and
    empty, but for tests `from_nothing`.
    """
    is_bare = request.node.get_closest_marker("from_nothing") is not None
    place = Workplace.create(tmp_path, is_bare=is_bare)
    if getattr(request, "param", "sqlite") == "mariadb":
        server = request.getfixturevalue("mariadb")
        place.catalogue_url = server.new_database() if is_bare else server.new_catalogue()
    if getattr(request, "param", "sqlite") == "objects":
        place.bucket = request.getfixturevalue("object_server").new_bucket()
    with enter(place, monkeypatch):
        yield place


@pytest.fixture
def sites(request: pytest.FixtureRequest) -> Sites:
    """Makes workplaces of the kind that the test's parameter says, for tests that need several."""
    return sites_of(request, getattr(request, "param", "sqlite"))


def sites_of(request: pytest.FixtureRequest, kind: str) -> Sites:
    """The same for any of `sqlite`, `mariadb` and `objects`."""
    return Sites(
        kind,
        request.getfixturevalue("mariadb") if kind == "mariadb" else None,
        request.getfixturevalue("object_server") if kind == "objects" else None,
    )


def enter(place: Workplace, patch: pytest.MonkeyPatch) -> Workplace:
    """Make the place the one that this process works in: its environment and current folder."""
    for name in [name for name in os.environ if name.startswith(("PIPELINE_", "DAGSTER_", "AWS_"))]:
        patch.delenv(name)
    patch.delenv("CATALOGUE_URL", raising=False)
    for name, value in place.environment.items():
        patch.setenv(name, value)
    patch.chdir(place.home)
    return place
