"""A look tells files from what else lies in an inbox; a file has settled once it stops changing."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from pipeline_assets.errors import NotAnInboxFileError
from pipeline_assets.inbox.scanning import (
    InboxFile,
    Look,
    SettledFiles,
    file_to_process,
    look,
)

SETTLE_S = 5


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    folder = tmp_path / "inbox"
    folder.mkdir()
    return folder


def test_files_are_listed_by_name_with_what_tells_their_versions_apart(inbox: Path) -> None:
    for name, content in (("b.jsonl", b"12\n"), ("a.jsonl.gz", b"1")):
        (inbox / name).write_bytes(content)
        os.utime(inbox / name, ns=(0, 1_700_000_000_123_456_789))
    first, second = look(inbox).files
    status = (inbox / "b.jsonl").stat()
    assert first.name == "a.jsonl.gz"
    assert second == InboxFile(
        "b.jsonl", 3, 1_700_000_000_123_456_789, status.st_ctime_ns, status.st_ino
    )
    assert second.fingerprint == f"3-1700000000123456789-{status.st_ino}"


def test_what_is_no_file_to_process_is_listed_with_the_reason(inbox: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere.jsonl").write_bytes(b"{}\n")
    (inbox / "folder.jsonl").mkdir()
    (inbox / "link.jsonl").symlink_to(tmp_path / "elsewhere.jsonl")
    (inbox / "dangling.jsonl").symlink_to("nowhere")
    os.mkfifo(inbox / "pipe.jsonl")
    (inbox / "notes.txt").touch()
    (inbox / ".hidden.jsonl").touch()
    (inbox / os.fsdecode(b"caf\xe9.jsonl")).touch()
    link = "a symbolic link; put the file itself here"
    assert look(inbox) == Look(
        (),
        {
            "folder.jsonl": "a folder; only files directly in the inbox are processed",
            "link.jsonl": link,
            "dangling.jsonl": link,
            "pipe.jsonl": "not a regular file",
            "notes.txt": "its name does not end in .jsonl or .jsonl.gz",
            ".hidden.jsonl": "its name starts with a dot, so it counts as unfinished",
            "caf?.jsonl": "its name is not UTF-8 text; rename it",
        },
    )


def test_a_file_that_vanishes_during_a_look_is_left_out_and_the_others_are_listed(
    inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scandir = os.scandir

    @contextmanager
    def vanishing(folder: Path) -> Iterator[list[os.DirEntry[Any]]]:
        with scandir(folder) as entries:
            listed = list(entries)
        (folder / "a.jsonl").unlink()
        yield listed

    for name in ("a.jsonl", "b.jsonl"):
        (inbox / name).touch()
    monkeypatch.setattr(os, "scandir", vanishing)
    assert [file.name for file in look(inbox).files] == ["b.jsonl"]


def test_a_file_that_is_named_is_taken_as_a_look_finds_it(inbox: Path) -> None:
    (inbox / "a.jsonl").write_bytes(b"{}\n")
    assert (file_to_process(inbox / "a.jsonl"),) == look(inbox).files


@pytest.mark.parametrize(
    ("name", "oddity"),
    [
        ("folder.jsonl", "a folder; only files directly in the inbox are processed"),
        ("notes.txt", "its name does not end in .jsonl or .jsonl.gz"),
        ("nothing.txt", "its name does not end in .jsonl or .jsonl.gz"),
    ],
)
def test_what_is_never_processed_is_not_taken_by_its_name_either(
    inbox: Path, name: str, oddity: str
) -> None:
    (inbox / "folder.jsonl").mkdir()
    (inbox / "notes.txt").touch()
    with pytest.raises(NotAnInboxFileError) as refused:
        file_to_process(inbox / name)
    assert str(refused.value) == f"'{name}' in {inbox} is not processed: {oddity}."


def test_a_file_that_is_named_and_is_not_there_is_missing(inbox: Path) -> None:
    with pytest.raises(FileNotFoundError):
        file_to_process(inbox / "a.jsonl")


def file(name: str = "a.jsonl", changed_s: float = 100, size: int = 1) -> InboxFile:
    """A file that changed last at this time of the file system's clock."""
    return InboxFile(name, size, 0, int(changed_s * 10**9), 1)


def split(settling: SettledFiles, now_s: float, *files: InboxFile) -> tuple[list[str], list[str]]:
    """The names of the settled and the unsettled files of a look."""
    settled, unsettled = settling.split(Look(files, {}), now_s)
    return [one.name for one in settled], [one.name for one in unsettled]


@pytest.mark.parametrize(("now_s", "has_settled"), [(104.9, False), (105, True), (106, True)])
def test_a_file_unchanged_for_long_enough_has_settled_at_the_first_look(
    now_s: float, has_settled: bool
) -> None:
    settling = SettledFiles(SETTLE_S)
    expected = (["a.jsonl"], []) if has_settled else ([], ["a.jsonl"])
    assert split(settling, now_s, file(changed_s=100)) == expected


def test_a_file_whose_clock_runs_ahead_settles_between_two_looks(inbox: Path) -> None:
    settling, ahead = SettledFiles(SETTLE_S), file(changed_s=9_999)
    assert split(settling, 100, ahead) == ([], ["a.jsonl"])
    assert split(settling, 104.5, ahead) == ([], ["a.jsonl"])
    assert split(settling, 105, ahead) == (["a.jsonl"], [])
    assert split(settling, 106, ahead) == (["a.jsonl"], [])


def test_a_file_that_changed_between_two_looks_starts_to_settle_anew() -> None:
    settling = SettledFiles(SETTLE_S)
    assert split(settling, 100, file(changed_s=9_999)) == ([], ["a.jsonl"])
    assert split(settling, 105, file(changed_s=9_999, size=2)) == ([], ["a.jsonl"])
    assert split(settling, 110, file(changed_s=9_999, size=2)) == (["a.jsonl"], [])


def test_each_file_settles_by_itself() -> None:
    settling = SettledFiles(SETTLE_S)
    files = file("old.jsonl", 90), file("new.jsonl", 99), file("ahead.jsonl", 9_999)
    assert split(settling, 100, *files) == (["old.jsonl"], ["new.jsonl", "ahead.jsonl"])


def test_what_was_seen_is_handed_on_and_holds_only_what_later_looks_need() -> None:
    settling = SettledFiles(SETTLE_S)
    files = file("old.jsonl", 90), file("new.jsonl", 99), file("ahead.jsonl", 9_999)
    split(settling, 100, *files)
    assert sorted(settling.seen.values()) == [99, 100]
    assert all(len(digest) == 16 for digest in settling.seen)

    after_a_restart = SettledFiles(SETTLE_S, settling.seen)
    assert split(after_a_restart, 105, *files[1:]) == (["new.jsonl", "ahead.jsonl"], [])
    assert list(after_a_restart.seen.values()) == [100]  # the one whose clock runs ahead
    assert split(after_a_restart, 106) == ([], [])
    assert after_a_restart.seen == {}
