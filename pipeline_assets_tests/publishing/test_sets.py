"""Sets in a folder: whole, three of them, nothing else touched, one writer at a time."""

import errno
import json
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from pipeline_assets.errors import UsageError
from pipeline_assets.publishing.latest import LinkInFolder
from pipeline_assets.publishing.sets import PublishedSet, SetFolder


def put(sets: SetFolder, content: str) -> PublishedSet:
    """Publish one file with this content."""
    with sets.alone(), sets.unfinished() as place:
        (place / "part").mkdir()
        (place / "part" / "data.txt").write_text(content)
        return sets.keep(place, {"content": content}, {"data": 1})


def shown(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def content_of(folder: Path) -> str:
    return (folder / "latest" / "part" / "data.txt").read_text()


def test_the_link_leads_to_the_newest_and_three_stay(tmp_path: Path) -> None:
    sets = SetFolder(tmp_path)
    assert sets.latest() is None
    made = [put(sets, f"content {number}") for number in range(5)]
    assert content_of(tmp_path) == "content 4"
    assert str((tmp_path / "latest").readlink()) == made[4].name  # it stays right when moved
    assert shown(tmp_path) == sorted(["latest", *(one.name for one in made[2:])])
    assert sets.latest() == made[4]


def test_content_that_comes_back_is_the_latest_again_and_stays_longest(tmp_path: Path) -> None:
    sets = SetFolder(tmp_path)
    first = put(sets, "a")
    put(sets, "b")
    again = put(sets, "a")
    assert again.name == first.name
    assert content_of(tmp_path) == "a"
    for content in "cd":
        put(sets, content)
    assert first.name in shown(tmp_path)
    put(sets, "e")
    assert first.name not in shown(tmp_path)


def test_nothing_is_removed_that_was_not_made_here(tmp_path: Path) -> None:
    foreign = "0123456789abcdef0123456789abcdef"
    for name in (foreign, "notes", ".hidden", ".dropped-notes"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "mine.txt").write_text("mine")
    (tmp_path / foreign / ".set.json").write_text('{"made_by": "somebody else"}')
    (tmp_path / "ffffffffffffffffffffffffffffffff").symlink_to("notes")
    before = shown(tmp_path)
    sets = SetFolder(tmp_path)
    for number in range(5):
        put(sets, str(number))
    assert set(before) < set(shown(tmp_path))
    assert (tmp_path / foreign / "mine.txt").read_text() == "mine"


@pytest.mark.parametrize("damage", ["lost", "shorter", "other", "record"])
def test_a_set_that_someone_damaged_is_made_again(tmp_path: Path, damage: str) -> None:
    sets = SetFolder(tmp_path)
    made = put(sets, "content")
    file = tmp_path / made.name / "part" / "data.txt"
    if damage == "lost":
        file.unlink()
    elif damage == "record":
        (tmp_path / made.name / ".set.json").write_text("[]")
    else:
        file.write_text("cont" if damage == "shorter" else "CONTENT")
    assert (sets.latest() is None) == (damage != "other")
    again = put(sets, "content")
    assert again.name == made.name
    assert content_of(tmp_path) == "content"
    assert shown(tmp_path) == sorted(["latest", made.name])


def test_what_a_dead_writer_left_is_removed(tmp_path: Path) -> None:
    made = put(SetFolder(tmp_path), "content")
    for name in (".unfinished", f".dropped-{made.name}"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "half.parquet").write_text("half")
    (tmp_path / ".latest.tmp").symlink_to("nowhere")
    put(SetFolder(tmp_path), "more")
    assert [name for name in shown(tmp_path) if name.startswith(".")] == []
    assert content_of(tmp_path) == "more"


def test_an_error_leaves_the_latest_set(tmp_path: Path) -> None:
    sets = SetFolder(tmp_path)
    put(sets, "content")
    with suppress(ValueError), sets.alone(), sets.unfinished() as place:
        (place / "half.txt").write_text("half")
        raise ValueError("a bug")
    assert content_of(tmp_path) == "content"
    assert len(shown(tmp_path)) == 2


def test_without_links_a_file_names_the_latest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cannot(*_: Any, **__: Any) -> None:
        raise OSError(errno.EPERM, "no links here")

    sets = SetFolder(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(os, "symlink", cannot)
        made = [put(sets, content) for content in "ab"]
    assert json.loads((tmp_path / "latest.json").read_text()) == {"set": made[1].name}
    assert sets.latest() == made[1]
    put(sets, "c")
    assert not (tmp_path / "latest.json").exists()
    assert content_of(tmp_path) == "c"


def test_something_else_named_latest_is_left_and_named(tmp_path: Path) -> None:
    (tmp_path / "latest").mkdir()
    with pytest.raises(UsageError, match="is not a link to a set"):
        SetFolder(tmp_path).latest()
    assert (tmp_path / "latest").is_dir()


@pytest.mark.parametrize("target", ["../elsewhere", "/etc", "nowhere", ""])
def test_a_link_that_leads_elsewhere_is_no_set(tmp_path: Path, target: str) -> None:
    if target:
        (tmp_path / "latest").symlink_to(target)
    else:
        (tmp_path / "latest.json").write_text("{}")
    sets = SetFolder(tmp_path)
    assert sets.latest() is None
    put(sets, "content")
    assert content_of(tmp_path) == "content"


def test_the_pointer_never_leads_nowhere_while_it_is_swapped(tmp_path: Path) -> None:
    pointer = LinkInFolder(tmp_path)
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    pointer.swap("one")
    reader = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import os, sys\n"
            "print('ready', flush=True)\n"
            "while not os.path.exists('stop'):\n"
            "    assert os.readlink('latest') in ('one', 'two')\n",
        ],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
    )
    try:
        assert reader.stdout is not None
        assert reader.stdout.readline() == b"ready\n"
        for _ in range(300):
            pointer.swap("two")
            pointer.swap("one")
    finally:
        (tmp_path / "stop").touch()
        ended = reader.wait(timeout=60)
        assert reader.stdout is not None
        reader.stdout.close()
    assert ended == 0


def test_two_writers_take_turns(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path\n"
        "from pipeline_assets.publishing.sets import SetFolder\n"
        "sets = SetFolder(Path(sys.argv[1]))\n"
        "for number in range(20):\n"
        "    with sets.alone(), sets.unfinished() as place:\n"
        "        (place / 'data.txt').write_text(f'{sys.argv[2]} {number}')\n"
        "        sets.keep(place, {}, {})\n"
    )
    writers = [
        subprocess.Popen([sys.executable, "-c", program, str(tmp_path), name]) for name in "ab"
    ]
    assert [writer.wait(timeout=120) for writer in writers] == [0, 0]
    latest = SetFolder(tmp_path).latest()
    assert latest is not None
    assert latest.number == 40
    assert len(shown(tmp_path)) == 4
