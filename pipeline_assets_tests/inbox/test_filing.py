"""Files are moved, never overwritten and never lost: real files, also where links do not work."""

import errno
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pipeline_assets.inbox import filing
from pipeline_assets.inbox.scanning import InboxFile

CONTENT, OTHER = b"ours\n", b"another's\n"
NO_LINKS = [errno.EXDEV, errno.EPERM, errno.ENOTSUP, errno.EMLINK]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A file of the inbox."""
    return written(tmp_path / "inbox" / "a.jsonl", CONTENT)


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """Where it shall go; neither the folder nor the one above it is there yet."""
    return tmp_path / "data" / "archive" / "d1-a.jsonl"


def written(path: Path, content: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def seen(path: Path) -> InboxFile:
    """The file as it was when it was read."""
    return InboxFile.from_stat(path.name, path.lstat())


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def without_links(patch: pytest.MonkeyPatch, number: int) -> None:
    """The file system refuses hard links."""

    def refuse(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    patch.setattr(os, "link", refuse)


def test_a_file_is_moved_and_its_folder_made(source: Path, target: Path) -> None:
    inode = source.stat().st_ino
    assert filing.move(source, seen(source), target) == target
    assert contents(target.parent) == {"d1-a.jsonl": CONTENT}
    assert target.stat().st_ino == inode
    assert not source.exists()


@pytest.mark.parametrize("taken", [OTHER, CONTENT], ids=["other bytes", "the same bytes"])
def test_a_name_that_another_file_has_is_left_and_the_file_goes_beside_it(
    source: Path, target: Path, taken: bytes
) -> None:
    written(target, taken)
    beside = target.with_name("d1-a-2.jsonl")
    assert filing.move(source, seen(source), target) == beside
    assert contents(target.parent) == {"d1-a-2.jsonl": CONTENT, "d1-a.jsonl": taken}
    assert not source.exists()


def test_the_source_stays_while_no_place_was_found_for_it(
    source: Path, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only a place that holds this very file lets the source go."""
    written(target, OTHER)
    monkeypatch.setattr(filing, "places_like", lambda path: iter([path]))
    assert filing.move(source, seen(source), target) is None
    assert source.read_bytes() == CONTENT
    assert target.read_bytes() == OTHER


def test_a_compressed_files_second_copy_keeps_both_endings(tmp_path: Path) -> None:
    source = written(tmp_path / "inbox" / "a.jsonl.gz", CONTENT)
    target = written(tmp_path / "archive" / "a.jsonl.gz", OTHER)
    assert filing.move(source, seen(source), target) == target.with_name("a-2.jsonl.gz")


def test_a_symbolic_link_at_the_target_is_not_followed(source: Path, target: Path) -> None:
    elsewhere = written(source.parent.parent / "elsewhere", OTHER)
    target.parent.mkdir(parents=True)
    target.symlink_to(elsewhere)
    assert filing.move(source, seen(source), target) == target.with_name("d1-a-2.jsonl")
    assert elsewhere.read_bytes() == OTHER


def test_a_crash_between_link_and_unlink_is_ended_by_the_next_look(
    source: Path, target: Path
) -> None:
    target.parent.mkdir(parents=True)
    os.link(source, target)
    assert filing.move(source, seen(source), target) == target
    assert contents(target.parent) == {"d1-a.jsonl": CONTENT}
    assert not source.exists()


def test_a_crash_beside_a_taken_name_is_ended_there_too(source: Path, target: Path) -> None:
    written(target, OTHER)
    os.link(source, target.with_name("d1-a-2.jsonl"))
    assert filing.move(source, seen(source), target) == target.with_name("d1-a-2.jsonl")
    assert contents(target.parent) == {"d1-a-2.jsonl": CONTENT, "d1-a.jsonl": OTHER}
    assert not source.exists()


def test_a_file_that_was_replaced_meanwhile_stays(source: Path, target: Path) -> None:
    read = seen(source)
    source.unlink()
    written(source, b"a newer one\n")
    assert filing.move(source, read, target) is None
    assert source.read_bytes() == b"a newer one\n"
    assert contents(target.parent) == {}


def test_a_file_that_is_replaced_between_link_and_unlink_stays(
    source: Path, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = os.link

    def link_then_replace(old: Path, new: Path, **more: bool) -> None:
        link(old, new, **more)
        written(source.with_name("new"), OTHER).replace(source)

    monkeypatch.setattr(os, "link", link_then_replace)
    assert filing.move(source, seen(source), target) == target
    assert (source.read_bytes(), target.read_bytes()) == (OTHER, CONTENT)


def test_a_file_that_another_run_has_just_filed_is_found_where_it_is(
    source: Path, target: Path
) -> None:
    read = seen(source)
    target.parent.mkdir(parents=True)
    source.rename(target)
    assert filing.move(source, read, target) == target


def test_a_file_that_is_gone_and_was_not_filed_is_told(source: Path, target: Path) -> None:
    read = seen(source)
    source.unlink()
    assert filing.move(source, read, target) is None


@pytest.mark.parametrize("number", NO_LINKS, ids=errno.errorcode.get)
def test_without_hard_links_the_file_is_copied_whole_and_then_removed(
    source: Path, target: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    without_links(monkeypatch, number)
    os.utime(source, ns=(0, 1_700_000_000_123_456_789))
    assert filing.move(source, seen(source), target) == target
    assert contents(target.parent) == {"d1-a.jsonl": CONTENT}
    assert target.stat().st_mtime_ns == 1_700_000_000_123_456_789
    assert not source.exists()


def test_without_hard_links_a_taken_name_is_left_too(
    source: Path, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_links(monkeypatch, errno.EXDEV)
    written(target, OTHER)
    assert filing.move(source, seen(source), target) == target.with_name("d1-a-2.jsonl")
    assert contents(target.parent) == {"d1-a-2.jsonl": CONTENT, "d1-a.jsonl": OTHER}
    assert not source.exists()


def test_a_copy_that_broke_off_leaves_the_source_and_no_name(
    source: Path, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_links(monkeypatch, errno.EXDEV)
    with monkeypatch.context() as patch:
        patch.setattr(shutil, "copy2", _full_disk)
        with pytest.raises(OSError, match="No space left"):
            filing.move(source, seen(source), target)
    assert source.read_bytes() == CONTENT
    assert not target.exists()
    assert filing.move(source, seen(source), target) == target
    assert contents(target.parent) == {"d1-a.jsonl": CONTENT}


def _full_disk(_: Path, copy: Path) -> None:
    copy.write_bytes(CONTENT[:2])
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_another_error_of_the_file_system_is_raised_and_nothing_is_lost(
    source: Path, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_links(monkeypatch, errno.EIO)
    with pytest.raises(OSError, match="Input/output error"):
        filing.move(source, seen(source), target)
    assert source.read_bytes() == CONTENT


@pytest.fixture
def elsewhere() -> Iterator[Path]:
    """A folder on another file system than the inbox; it is not there yet."""
    shm = Path("/dev/shm")  # noqa: S108
    if not shm.is_dir() or shm.stat().st_dev == Path(tempfile.gettempdir()).stat().st_dev:
        pytest.skip("there is no second file system here")
    folder = shm / f"pipeline-assets-tests-{os.getpid()}"
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def test_a_copy_on_another_file_system_whose_source_could_not_be_removed_is_not_made_twice(
    source: Path, elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = elsewhere / "a.jsonl"
    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", _interrupted)
        with pytest.raises(KeyboardInterrupt):
            filing.move(source, seen(source), target)
    assert (source.read_bytes(), target.read_bytes()) == (CONTENT, CONTENT)
    assert filing.move(source, seen(source), target) == target
    assert contents(elsewhere) == {"a.jsonl": CONTENT}
    assert not source.exists()


@pytest.mark.parametrize("taken", [b"Ours\n", b"ours, and more\n"], ids=["same size", "longer"])
def test_another_file_of_the_same_time_on_another_file_system_is_not_taken_for_the_copy(
    source: Path, elsewhere: Path, taken: bytes
) -> None:
    target = written(elsewhere / "a.jsonl", taken)
    for path in (source, target):
        os.utime(path, ns=(0, 1_700_000_000_000_000_000))
    assert filing.move(source, seen(source), target) == target.with_name("a-2.jsonl")
    assert contents(elsewhere) == {"a-2.jsonl": CONTENT, "a.jsonl": taken}


def test_the_same_bytes_of_another_time_on_another_file_system_are_another_file(
    source: Path, elsewhere: Path
) -> None:
    target = written(elsewhere / "a.jsonl", CONTENT)
    os.utime(target, ns=(0, 1_700_000_000_000_000_000))
    assert filing.move(source, seen(source), target) == target.with_name("a-2.jsonl")
    assert contents(elsewhere) == {"a-2.jsonl": CONTENT, "a.jsonl": CONTENT}


def _interrupted(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("taken", "expected"),
    [
        pytest.param([], "d1-a.jsonl", id="free"),
        pytest.param(["d1-a.jsonl"], "d1-a-2.jsonl", id="taken"),
        pytest.param(["d1-a.jsonl", "d1-a-2.jsonl"], "d1-a-3.jsonl", id="taken twice"),
        pytest.param(["d1-a-2.jsonl"], "d1-a.jsonl", id="only the second is taken"),
    ],
)
@pytest.mark.parametrize("place_of", [filing.free_place, lambda path, _: filing.unused_place(path)])
def test_the_first_place_that_nothing_holds_is_free(
    place_of: Callable[[Path, InboxFile], Path],
    source: Path,
    target: Path,
    taken: list[str],
    expected: str,
) -> None:
    for name in taken:
        written(target.with_name(name), OTHER)
    assert place_of(target, seen(source)).name == expected


def test_a_place_that_holds_this_very_file_is_free_for_it_and_not_unused(
    source: Path, target: Path
) -> None:
    target.parent.mkdir(parents=True)
    os.link(source, target)
    assert filing.free_place(target, seen(source)) == target
    assert filing.unused_place(target) == target.with_name("d1-a-2.jsonl")


def test_a_dangling_link_holds_its_place(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True)
    target.symlink_to("nowhere")
    assert filing.free_place(target, seen(source)) == target.with_name("d1-a-2.jsonl")


def test_a_sidecar_is_there_whole_or_not_at_all_and_replaces_an_older_one(
    target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    filing.write_beside(target, [{"reason": "stale"}])
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", _interrupted)
        with pytest.raises(KeyboardInterrupt):
            filing.write_beside(target, [{"reason": "partial"}])
    assert json.loads(target.read_text()) == {"reason": "stale"}
    filing.write_beside(target, [{"reason": "café"}, {"line": 2}])
    assert target.read_text("utf-8") == '{"reason": "café"}\n{"line": 2}\n'
    assert list(target.parent.iterdir()) == [target]


def test_a_sidecar_makes_its_folder_and_keeps_letters_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "data" / "quarantine" / "a.json"
    filing.write_beside(path, [{"message": "café"}])
    assert path.read_bytes() == '{"message": "café"}\n'.encode()


def test_bytes_that_are_written_are_on_disk_and_replace_what_a_crash_left(tmp_path: Path) -> None:
    path = written(tmp_path / "inbox" / ".d1.enriched", OTHER * 9)
    filing.write_bytes(path, CONTENT)
    assert contents(path.parent) == {".d1.enriched": CONTENT}


def test_a_name_with_the_ending_twice_is_numbered_before_the_first(
    source: Path, target: Path
) -> None:
    twice = written(target.with_name("a.jsonl.jsonl"), OTHER)
    assert filing.move(source, seen(source), twice) == target.with_name("a-2.jsonl.jsonl")


def test_what_appears_does_so_in_one_move_and_over_nothing(tmp_path: Path) -> None:
    unfinished = written(tmp_path / "inbox" / ".d1.enriched", CONTENT)
    taken = written(tmp_path / "inbox" / "a.jsonl", OTHER)
    assert filing.appear(unfinished, taken) == taken.with_name("a-2.jsonl")
    assert contents(taken.parent) == {"a-2.jsonl": CONTENT, "a.jsonl": OTHER}


def test_a_kept_name_begins_with_the_digest_and_fits_whatever_it_was() -> None:
    digest = "0123456789abcdef"
    assert filing.filed_name(digest, "a.jsonl") == "0123456789ab-a.jsonl"
    assert filing.filed_name(digest, "a.jsonl", ".json") == "0123456789ab-a.jsonl.json"
    long = filing.filed_name(digest, "é" * 120 + ".jsonl.gz", ".rejects.jsonl")
    assert len(f".{long}-999.tmp".encode()) <= 255
    assert long.startswith("0123456789ab-")
    assert long.endswith("é.jsonl.gz.rejects.jsonl")
