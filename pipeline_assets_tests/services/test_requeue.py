"""A halted or refused file gets another try: found by name or path, sent back whence it came."""

import json
from typing import Any

import pytest

from pipeline_assets.catalogue import attempts
from pipeline_assets.catalogue.database.engine import writing
from pipeline_assets.domain.files.attempts import WAIVER, Event
from pipeline_assets.errors import OutsideInboxError, UsageError
from pipeline_assets.inbox.reading import read_file
from pipeline_assets.inbox.scanning import InboxFile
from pipeline_assets.services.operators.requeue import Requeued, requeue, requeue_all_halted
from pipeline_assets.services.pipeline import utc_now
from pipeline_assets_tests.workplace import Workplace, row

BROKEN = b"not JSON\n"
INBOX, OTHER_INBOX = "product_inbox", "barcode_enrichment_inbox"


@pytest.fixture
def place(workplace: Workplace) -> Workplace:
    workplace.pipeline.folders.create()
    return workplace


def notes(place: Workplace) -> list[tuple[Any, ...]]:
    """What was recorded of requeued files."""
    return place.rows(
        "SELECT inbox, name, fingerprint, reason, digest FROM file_attempts"
        " WHERE outcome = 'requeued' ORDER BY attempt_id"
    )


def refuse(place: Workplace, name: str, content: bytes = BROKEN) -> str:
    """Have a file refused; returns its name in quarantine."""
    kept = place.take(name, content).place
    assert kept is not None
    return kept.removeprefix("quarantine/no_metadata/")


def halt(place: Workplace, inbox: str, name: str) -> None:
    path = place.data / inbox / name
    path.write_bytes(BROKEN)
    fingerprint = InboxFile.from_stat(name, path.lstat()).fingerprint
    with writing(place.pipeline.engine) as connection:
        attempts.note(connection, inbox, name, fingerprint, Event.HALTED, utc_now(), message="why")


@pytest.mark.parametrize("inbox", [INBOX, OTHER_INBOX])
def test_a_file_in_an_inbox_starts_afresh_where_it_is(place: Workplace, inbox: str) -> None:
    path = place.data / inbox / "a.jsonl"
    path.write_bytes(BROKEN)
    assert requeue(place.pipeline, "a.jsonl") == Requeued("a.jsonl", inbox)
    fingerprint = InboxFile.from_stat("a.jsonl", path.lstat()).fingerprint
    assert notes(place) == [(inbox, "a.jsonl", fingerprint, None, None)]
    assert place.files(inbox) == ["a.jsonl"]


def test_of_two_files_of_one_name_the_one_in_the_product_inbox_is_meant(place: Workplace) -> None:
    for inbox in (INBOX, OTHER_INBOX):
        (place.data / inbox / "a.jsonl").write_bytes(BROKEN)
    assert requeue(place.pipeline, "a.jsonl").came_from == INBOX


def test_a_forced_file_is_recorded_with_its_digest_and_the_waiver(place: Workplace) -> None:
    path = place.drop("a.jsonl", [row()])
    requeue(place.pipeline, "a.jsonl", force=True)
    digest = read_file(path, place.pipeline.read_limits).digest
    assert [note[3:] for note in notes(place)] == [(WAIVER, digest)]


def test_a_link_in_the_inbox_is_no_file_of_it(place: Workplace) -> None:
    (place.root / "elsewhere.jsonl").write_bytes(BROKEN)
    (place.inbox / "a.jsonl").symlink_to(place.root / "elsewhere.jsonl")
    with pytest.raises(UsageError, match=r"There is no 'a\.jsonl'"):
        requeue(place.pipeline, "a.jsonl")


@pytest.mark.parametrize("by", ["its name", "its name in quarantine", "a path", "a short path"])
def test_a_refused_file_goes_back_and_its_reason_stays_on_record(place: Workplace, by: str) -> None:
    kept = refuse(place, "a.jsonl")
    file = {
        "its name": "a.jsonl",
        "its name in quarantine": kept,
        "a path": str(place.data / "quarantine/no_metadata" / kept),
        "a short path": f"no_metadata/{kept}",
    }[by]
    requeued = requeue(place.pipeline, file)
    assert requeued.name == "a.jsonl"
    assert requeued.came_from == f"quarantine/no_metadata/{kept}"
    assert (place.inbox / "a.jsonl").read_bytes() == BROKEN
    assert place.files("quarantine") == [f"no_metadata/{kept}.requeued.json"]
    path = place.inbox / "a.jsonl"
    fingerprint = InboxFile.from_stat("a.jsonl", path.lstat()).fingerprint
    assert notes(place) == [(INBOX, "a.jsonl", fingerprint, None, None)]


def test_a_refused_file_goes_beside_a_new_one_of_its_name_by_its_path(place: Workplace) -> None:
    kept = refuse(place, "a.jsonl")
    place.drop("a.jsonl", [row()])
    assert requeue(place.pipeline, kept).name == "a-2.jsonl"
    assert place.files(INBOX) == ["a-2.jsonl", "a.jsonl"]


def test_a_refused_file_goes_back_to_the_inbox_that_its_sidecar_names(place: Workplace) -> None:
    kept = refuse(place, "a.jsonl")
    sidecar = place.data / "quarantine/no_metadata" / f"{kept}.json"
    sidecar.write_text(json.dumps({"inbox": OTHER_INBOX, "file": "first name.jsonl"}))
    assert requeue(place.pipeline, "a.jsonl").name == "first name.jsonl"
    assert place.files(OTHER_INBOX) == ["first name.jsonl"]


@pytest.mark.parametrize("sidecar", [None, b"", b"[1]", b"\xff", b'{"inbox": 1, "file": []}'])
def test_without_a_usable_sidecar_a_refused_file_goes_to_the_product_inbox(
    place: Workplace, sidecar: bytes | None
) -> None:
    kept = refuse(place, "a.jsonl")
    path = place.data / "quarantine/no_metadata" / f"{kept}.json"
    path.unlink()
    if sidecar is not None:
        path.write_bytes(sidecar)
    assert requeue(place.pipeline, "a.jsonl").name == "a.jsonl"
    assert place.files(INBOX) == ["a.jsonl"]


def test_a_sidecar_leads_to_no_other_folder(place: Workplace) -> None:
    kept = refuse(place, "a.jsonl")
    sidecar = place.data / "quarantine/no_metadata" / f"{kept}.json"
    sidecar.write_text(json.dumps({"file": "../a.jsonl"}))
    with pytest.raises(OutsideInboxError):
        requeue(place.pipeline, kept)
    assert kept in "".join(place.files("quarantine"))


def test_a_name_that_two_refused_files_have_is_asked_back(place: Workplace) -> None:
    kept = [refuse(place, "a.jsonl", content) for content in (BROKEN, BROKEN * 2)]
    with pytest.raises(UsageError) as refused:
        requeue(place.pipeline, "a.jsonl")
    places = ", ".join(f"no_metadata/{name}" for name in sorted(kept))
    assert str(refused.value) == (
        f"'a.jsonl' matches more than one file; name one of these: {places}"
    )
    assert requeue(place.pipeline, kept[1]).came_from.endswith(kept[1])


def test_a_name_that_no_file_has_is_told_with_where_it_was_looked_for(place: Workplace) -> None:
    refuse(place, "b.jsonl")
    with pytest.raises(UsageError) as refused:
        requeue(place.pipeline, "a.jsonl")
    told = str(refused.value)
    for folder in ("product_inbox", "barcode_enrichment_inbox", "quarantine"):
        assert f"{place.data}/{folder}" in told
    assert told.startswith("There is no 'a.jsonl' in ")
    assert told.endswith("`pipeline-assets status` lists the files that can be requeued.")


def test_every_halted_file_of_both_inboxes_is_requeued_and_no_other(place: Workplace) -> None:
    halt(place, INBOX, "a.jsonl")
    halt(place, OTHER_INBOX, "b.jsonl")
    place.drop("fine.jsonl", [row()])
    halt(place, INBOX, "changed since.jsonl")
    (place.inbox / "changed since.jsonl").write_bytes(BROKEN * 2)
    expected = [Requeued("b.jsonl", OTHER_INBOX), Requeued("a.jsonl", INBOX)]
    assert requeue_all_halted(place.pipeline) == expected
    assert [note[1] for note in notes(place)] == ["b.jsonl", "a.jsonl"]
    assert requeue_all_halted(place.pipeline) == []
