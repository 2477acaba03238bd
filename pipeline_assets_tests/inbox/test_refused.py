"""What lies in quarantine: refused files are counted, and whatever explains them is not."""

import json
import os
from pathlib import Path

import pytest

from pipeline_assets.inbox import refused
from pipeline_assets.inbox.local_files import LocalFiles
from pipeline_assets.inbox.scanning import InboxFile

FILES = LocalFiles()
REASON = {"file": "a.jsonl", "inbox": "product_inbox", "reason": "stale", "run_id": "r1"}


@pytest.fixture
def quarantine(tmp_path: Path) -> Path:
    """A quarantine with two refused files and everything else that can lie there."""
    folder = tmp_path / "quarantine" / "stale"
    (folder / "folder.jsonl").mkdir(parents=True)
    for name in (
        "d1-a.jsonl",
        "d1-a.jsonl.json",
        "d1-b.jsonl.gz",
        "d1-b.jsonl.gz.json",
        "d1-gone.jsonl.json",
        "d1-back.jsonl.requeued.json",
        "d1-c.jsonl.rejects",
        ".d1-d.jsonl.json.tmp",
        ".d1-d.jsonl.tmp",
        ".d1-d.jsonl",
        "folder.jsonl/d1-e.jsonl",
    ):
        (folder / name).write_text("{}")
    (folder / "d1-link.jsonl").symlink_to(folder / "d1-a.jsonl")
    (tmp_path / "quarantine" / "d1-loose.jsonl").write_text("")
    return tmp_path / "quarantine"


def test_only_refused_files_count(quarantine: Path) -> None:
    found = [path.name for path in refused.refused_files(FILES, quarantine)]
    assert found == ["d1-a.jsonl", "d1-b.jsonl.gz"]


def test_what_dead_attempts_wrote_of_files_they_did_not_move_is_removed(quarantine: Path) -> None:
    folder = quarantine / "stale"
    texts = {
        "d1-a.jsonl.json": REASON,  # it was moved
        "d2-a.jsonl.json": REASON,
        "d3-a.jsonl.requeued.json": REASON,
        "d4-a.jsonl.json": REASON | {"run_id": "r2"},
        "d5-a.jsonl.json": REASON | {"inbox": "barcode_enrichment_inbox"},
        "d6-b.jsonl.json": REASON | {"file": "b.jsonl", "run_id": None},
    }
    for name, text in texts.items():
        (folder / name).write_text(json.dumps(text))
    (folder / "d7-a.jsonl.json").write_text("[" * 100_000)
    before = sorted(folder.iterdir())
    refused.discard_false(
        FILES, quarantine, "product_inbox", {("a.jsonl", "r1"), ("b.jsonl", None)}
    )
    gone = {path.name for path in before} - {path.name for path in folder.iterdir()}
    assert gone == {"d2-a.jsonl.json", "d6-b.jsonl.json"}


def test_the_explanation_is_there_before_the_file_and_goes_if_the_file_cannot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, target = tmp_path / "a.jsonl", tmp_path / "stale" / "d1-a.jsonl"
    source.write_text("x")
    file = InboxFile.from_stat("a.jsonl", source.lstat())
    there: list[list[str]] = []

    def broken(*_: object, **__: object) -> None:
        there.append([path.name for path in target.parent.iterdir()])
        raise OSError(5, "broken")

    with monkeypatch.context() as patch:
        patch.setattr(os, "link", broken)
        with pytest.raises(OSError, match="broken"):
            refused.move_with_reason(FILES, source, file, target, REASON)
    assert there == [["d1-a.jsonl.json"]]
    assert list(target.parent.iterdir()) == []
    assert refused.move_with_reason(FILES, source, file, target, REASON) == target
    assert refused.explained(FILES, target) == REASON
    # Another run of the same file finds that it is there already, and leaves it explained.
    assert (
        refused.move_with_reason(FILES, source, file, target, REASON | {"run_id": "r2"}) == target
    )
    assert refused.explained(FILES, target) == REASON
