"""A wrong CATALOGUE_URL is said without a traceback and without any part of its password."""

from pathlib import Path

import pytest

from pipeline_assets.settings import Settings
from pipeline_assets_tests.commands import Command, in_this_process
from pipeline_assets_tests.workplace import Workplace

SERVER = "mysql+mysqlconnector://user"


@pytest.mark.parametrize(
    ("url", "says"),
    [
        (f"{SERVER}:hun@ter2@127.0.0.1:1/db", "write %40 for @"),
        (f"{SERVER}:hun@te/ter2@127.0.0.1:1/db", "write %40 for @"),
        (f"{SERVER}:hun@ter2?x@127.0.0.1:1/db", "write %40 for @"),
        (f"{SERVER}:hun@ter:2@127.0.0.1:1/db", "write %40 for @"),
        (f"{SERVER}:hunter2/db", "its port is no number"),
        (f"{SERVER}:hunter2@127.0.0.1:hunter2/db", "its port is no number"),
        (f"{SERVER}:hunter2@127.0.0.1:1/db?colour=hunter2", "options, or one of their values: col"),
        (f"{SERVER}:x@127.0.0.1:1/db?connection_timeout=hunter2", "values: connection_timeout."),
        (f"{SERVER}:x@127.0.0.1:1/db?use_pure=hunter2", "values: use_pure."),
        ("sqlite:///a.sqlite?colour=hunter2", "values: colour."),
        ("sqlite:///a.sqlite?timeout=hunter2", "values: timeout."),
    ],
)
@pytest.mark.parametrize("command", ["status", "drain"])
def test_a_wrong_url_is_one_sentence_without_the_password(
    workplace: Workplace,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    command: str,
    url: str,
    says: str,
) -> None:
    monkeypatch.setenv("CATALOGUE_URL", url)
    ran = in_this_process(capfd)(command)
    said = ran.err.replace("\n", " ")
    assert (ran.status, ran.out) == (2, "")
    assert says in said
    assert "CATALOGUE_URL" in said
    assert not any(part in said for part in ("hun", "ter2", "Traceback", "Warning"))


def test_a_server_that_cannot_be_reached_is_named_without_the_options(
    workplace: Workplace, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CATALOGUE_URL", f"{SERVER}@127.0.0.1:1/db?password=hunter2")
    ran = in_this_process(capfd)("status")
    assert ran.status == 1
    assert "hunter2" not in ran.err
    assert f"{SERVER}@127.0.0.1:1/db cannot be reached" in ran.err.replace("\n", " ")


@pytest.mark.parametrize("password", ["p%40ss", "p/ss", "p:ss", "p?ss#", "p%25ss"])
def test_other_signs_in_a_password_are_as_they_were(password: str) -> None:
    url = f"{SERVER}:{password}@127.0.0.1:1/db"
    settings = Settings(catalogue_url=url)
    assert settings.database_url == url
    assert settings.shown_database_url == f"{SERVER}:***@127.0.0.1:1/db"


def test_relative_files_and_folders_start_in_the_home_whatever_the_working_folder(
    workplace: Workplace,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    monkeypatch.setenv("CATALOGUE_URL", "sqlite:///mine.sqlite")
    monkeypatch.setenv("PIPELINE_DATA_DIR", "its/data")
    command: Command = in_this_process(capfd)
    for number, name in enumerate(["prepare", "status", "post-process", "drain", "status"]):
        elsewhere = tmp_path / f"elsewhere-{number}"
        elsewhere.mkdir()
        monkeypatch.chdir(elsewhere)
        ran = command(name, "--json")
        assert ran.status == 0, ran.err
        assert list(elsewhere.iterdir()) == []
    assert ran.json()["is_prepared"] is True
    assert (workplace.home / "mine.sqlite").is_file()
    assert (workplace.home / "its" / "data" / "product_inbox").is_dir()
    assert workplace.resource.read_settings().data_path == workplace.data
