"""A refused file's reason lies beside its place before the file does."""

import errno
import json
import os

import pytest

from pipeline_assets.errors import HaltedFileError
from pipeline_assets_tests.workplace import Workplace


def test_the_reason_is_written_first_so_that_no_refused_file_lies_without_one(
    workplace: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    assert workplace.pipeline
    monkeypatch.setattr(os, "link", broken)
    with pytest.raises(HaltedFileError):
        workplace.take("a.jsonl", b"\xff\xfe")
    (sidecar,) = workplace.files("quarantine/unreadable")
    told = json.loads((workplace.data / "quarantine/unreadable" / sidecar).read_text())
    assert (told["file"], told["inbox"], told["reason"]) == (
        "a.jsonl",
        "product_inbox",
        "unreadable",
    )
    assert workplace.files("product_inbox") == ["a.jsonl"]

    monkeypatch.undo()
    assert workplace.ingest("a.jsonl").reason == "unreadable"
    assert workplace.files("quarantine/unreadable") == [sidecar.removesuffix(".json"), sidecar]
    assert workplace.files("product_inbox") == []
