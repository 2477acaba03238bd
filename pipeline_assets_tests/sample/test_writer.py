import errno
import os
from pathlib import Path

import pytest

from pipeline_assets.errors import UsageError
from pipeline_assets.sample.generator import sample_files
from pipeline_assets.sample.writer import write_sample
from pipeline_assets_tests.sample.parsed import LAST_DAY

_NAME = "aldi-sample-hill-g901-2025-09-23.jsonl"


def _contents(data_dir: Path) -> dict[str, bytes]:
    files = [path for path in data_dir.rglob("*") if path.is_file()]
    return {path.relative_to(data_dir).as_posix(): path.read_bytes() for path in files}


_SAMPLE = {f"{file.inbox}/{file.name}": file.content for file in sample_files(LAST_DAY)}


def test_every_file_is_written_and_nothing_else_is_left(tmp_path: Path) -> None:
    written = write_sample(tmp_path / "new" / "data", LAST_DAY)
    data_dir = tmp_path / "new" / "data"
    assert [path.relative_to(data_dir).as_posix() for path in written] == list(_SAMPLE)
    assert _contents(data_dir) == _SAMPLE
    assert {path.name for path in data_dir.iterdir()} == {
        "product_inbox",
        "barcode_enrichment_inbox",
    }


def test_a_second_time_writes_only_what_is_missing(tmp_path: Path) -> None:
    written = write_sample(tmp_path, LAST_DAY)
    before = {path: path.stat() for path in written}
    written[5].unlink()
    assert write_sample(tmp_path, LAST_DAY) == [written[5]]
    assert _contents(tmp_path) == _SAMPLE
    assert all(path.stat().st_ino == before[path].st_ino for path in written if path != written[5])


def test_another_file_of_that_name_is_kept_and_nothing_is_written(tmp_path: Path) -> None:
    own = tmp_path / "product_inbox" / _NAME
    own.parent.mkdir()
    own.write_bytes(b"mine")
    with pytest.raises(UsageError, match=f"{_NAME} exists and is not the sample's.*Move it away"):
        write_sample(tmp_path, LAST_DAY)
    assert _contents(tmp_path) == {f"product_inbox/{_NAME}": b"mine"}
    assert list(tmp_path.iterdir()) == [own.parent]


def test_a_link_of_that_name_is_not_taken_for_the_file(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_bytes(_SAMPLE[f"product_inbox/{_NAME}"])
    link = tmp_path / "product_inbox" / _NAME
    link.parent.mkdir()
    link.symlink_to(elsewhere)
    with pytest.raises(UsageError, match="was left as it is"):
        write_sample(tmp_path, LAST_DAY)
    assert link.is_symlink()


def test_a_file_that_comes_up_meanwhile_is_not_overwritten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = os.link

    def link_too_late(source: Path, target: Path) -> None:
        if target.name == _NAME:
            target.write_bytes(b"mine")
        link(source, target)

    monkeypatch.setattr(os, "link", link_too_late)
    with pytest.raises(UsageError, match="was left as it is"):
        write_sample(tmp_path, LAST_DAY)
    assert (tmp_path / "product_inbox" / _NAME).read_bytes() == b"mine"
    assert not list(tmp_path.glob(".sample-*"))


def test_no_file_is_ever_seen_in_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    link = os.link
    seen: list[bool] = []

    def look_then_link(source: Path, target: Path) -> None:
        link(source, target)
        found = _contents(tmp_path)
        inboxes = {name: content for name, content in found.items() if not name.startswith(".")}
        seen.append(inboxes.items() <= _SAMPLE.items())

    monkeypatch.setattr(os, "link", look_then_link)
    write_sample(tmp_path, LAST_DAY)
    assert seen == [True] * len(_SAMPLE)


def test_it_also_works_where_a_file_can_have_one_name_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_source: Path, _target: Path) -> None:
        raise OSError(errno.EPERM, "no hard links here")

    monkeypatch.setattr(os, "link", refuse)
    assert len(write_sample(tmp_path, LAST_DAY)) == len(_SAMPLE)
    assert _contents(tmp_path) == _SAMPLE


def test_a_full_disk_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "no space left")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="no space left"):
        write_sample(tmp_path, LAST_DAY)
    assert list(tmp_path.iterdir()) == []
