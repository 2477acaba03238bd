"""A refused file's reason lies beside its place before the file does, and not without it."""

import errno
import json
import os

import pytest

from pipeline_assets.errors import HaltedFileError
from pipeline_assets_tests.workplace import Workplace


def test_a_file_that_cannot_be_moved_has_no_reason_beside_where_it_is_not(
    workplace: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    assert workplace.pipeline
    monkeypatch.setattr(os, "link", broken)
    with pytest.raises(HaltedFileError):
        workplace.take("a.jsonl", b"\xff\xff")
    assert workplace.files("quarantine") == []
    assert workplace.files("product_inbox") == ["a.jsonl"]

    monkeypatch.undo()
    assert workplace.ingest("a.jsonl").reason == "unreadable"
    kept, sidecar = workplace.files("quarantine/unreadable")
    assert sidecar == f"{kept}.json"
    told = json.loads((workplace.data / "quarantine/unreadable" / sidecar).read_text())
    assert (told["file"], told["inbox"], told["reason"]) == (
        "a.jsonl",
        "product_inbox",
        "unreadable",
    )
    assert workplace.files("product_inbox") == []
