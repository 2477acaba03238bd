"""Where files come in and go: public names, and no way out of an inbox by a file's name."""

from pathlib import Path

import pytest

from pipeline_assets.errors import OutsideInboxError
from pipeline_assets.inbox.folders import Folders, path_in


def test_all_folders_are_made_and_may_be_there_already(tmp_path: Path) -> None:
    folders = Folders(tmp_path / "new" / "data")
    for _ in range(2):
        folders.create()
    assert sorted(path.name for path in folders.data.iterdir()) == [
        "archive",
        "barcode_enrichment_inbox",
        "product_inbox",
        "published",
        "quarantine",
        "rejects",
        "reports",
        "translation_tables",
    ]


def test_the_ledger_stores_paths_below_the_data_folder() -> None:
    folders = Folders(Path("/data"))
    assert folders.relative(folders.archive / "a.jsonl") == "archive/a.jsonl"


def test_an_unfinished_delivery_is_a_hidden_file_of_the_product_inbox() -> None:
    place = Folders(Path("/data")).unfinished_delivery("0123456789abcdef" * 4)
    assert place == Path("/data/product_inbox/.0123456789abcdef.enriched")


@pytest.mark.parametrize("name", ["a.jsonl", ".a.jsonl", "a b.jsonl", "..a", "é.jsonl.gz"])
def test_a_bare_name_is_that_of_a_file_in_the_inbox(name: str) -> None:
    assert path_in(Path("/inbox"), name) == Path("/inbox") / name


@pytest.mark.parametrize(
    "name", ["", ".", "..", "../a.jsonl", "/a.jsonl", "b/a.jsonl", "a.jsonl/", "./a.jsonl", "a\0b"]
)
def test_a_name_that_leads_elsewhere_is_refused(name: str) -> None:
    with pytest.raises(OutsideInboxError) as refused:
        path_in(Path("/inbox"), name)
    assert str(refused.value) == (
        f"{name!r} is not the name of a file directly in /inbox. Give a file name without a folder."
    )
