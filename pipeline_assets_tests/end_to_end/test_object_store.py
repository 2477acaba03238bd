"""An installation whose inboxes are in an object store, through sensor, drain and commands."""

import json
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from pipeline_assets.catalogue import enrichment
from pipeline_assets.catalogue.database.engine import writing
from pipeline_assets.errors import FilesUnavailableError, UsageError
from pipeline_assets.inbox import peeking
from pipeline_assets.inbox.object_requests import ObjectRequests
from pipeline_assets.orchestration.run_records import runs_of_inbox
from pipeline_assets.services.files import remembered_headers
from pipeline_assets.services.operators.requeue import requeue
from pipeline_assets.services.operators.status import status
from pipeline_assets.services.publishing.publish import publish
from pipeline_assets.services.publishing.source import has_news_to_publish
from pipeline_assets_tests.inbox.test_object_files import Died, dying
from pipeline_assets_tests.object_stores import ObjectServer
from pipeline_assets_tests.orchestration.ticks import Ticks
from pipeline_assets_tests.services.situations import a_delivery_that_was_not_placed
from pipeline_assets_tests.workplace import Workplace, row


@pytest.fixture
def place(
    workplace: Workplace, object_server: ObjectServer, monkeypatch: pytest.MonkeyPatch
) -> Workplace:
    """A workplace with its inboxes in an object store."""
    workplace.bucket = object_server.new_bucket()
    for name, value in workplace.environment.items():
        monkeypatch.setenv(name, value)
    return workplace


def counted(patch: pytest.MonkeyPatch, name: str) -> list[str]:
    """The keys of requests of one kind from now on."""
    keys: list[str] = []
    original = getattr(ObjectRequests, name)

    def counting(self: ObjectRequests, key: str, *arguments: Any, **more: Any) -> Any:
        keys.append(key)
        return original(self, key, *arguments, **more)

    patch.setattr(ObjectRequests, name, counting)
    return keys


def forget(patch: pytest.MonkeyPatch) -> None:
    """As if the process had just started."""
    peeking._remembered.clear()
    patch.setattr(remembered_headers, "_TIDIED", set())


def test_the_sensor_reads_new_headers_within_its_budget_and_never_twice(
    place: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticks = Ticks(place)
    place.change(settings={"settle_s": 0, "max_peek_objects": 2})
    for number in range(5):
        place.drop(f"{number}.jsonl", [row(store_id=f"S{number}")])
    read = counted(monkeypatch, "read")
    assert [len(ticks.names()) for _ in range(3)] == [0, 0, 5]
    assert sorted(read) == [f"product_inbox/{number}.jsonl" for number in range(5)]
    assert place.one("SELECT COUNT(*) FROM inbox_headers") == 5

    read.clear()
    forget(monkeypatch)
    assert len(ticks.names()) == 5
    assert read == []

    place.delete("product_inbox/0.jsonl")
    place.drop("1.jsonl", [row(store_id="S9", name="Other Beans 1kg")])
    forget(monkeypatch)
    ticks.cursor = None  # an object that was written in a later second waits for the next cycle
    assert sorted(ticks.names()) == ["1.jsonl", "2.jsonl", "3.jsonl", "4.jsonl"]
    assert read == ["product_inbox/1.jsonl"]
    kept = place.rows("SELECT name, store_id FROM inbox_headers ORDER BY name")
    assert kept == [("1.jsonl", "S9"), ("2.jsonl", "S2"), ("3.jsonl", "S3"), ("4.jsonl", "S4")]


def test_a_drain_takes_refuses_and_sends_back_as_in_folders(place: Workplace) -> None:
    place.drop("good.jsonl", [row(), row("2", "N/A")])
    place.drop("bad.jsonl", b"caf\xe9")
    place.drop("notes.txt", b"mine")
    outcomes = place.outcomes(place.drain())
    assert outcomes == {
        "good.jsonl": ("accepted", None),
        "bad.jsonl": ("quarantined", "unreadable"),
    }
    assert place.files("product_inbox") == ["notes.txt"]
    (kept,) = place.files("archive")
    assert place.rows("SELECT source_path, archive_path FROM ingested_files") == [
        ("product_inbox/good.jsonl", f"archive/{kept}")
    ]
    assert place.files("rejects") == [f"{kept}.rejects.jsonl"]
    found = status(place.pipeline, partial(runs_of_inbox, place.instance))
    assert dict(found.quarantined) == {"unreadable": 1}
    assert list(found.product_inbox.others) == ["notes.txt"]
    assert [one.name for one in found.refused.shown] == ["bad.jsonl"]
    assert requeue(place.pipeline, "bad.jsonl").name == "bad.jsonl"
    assert place.files("product_inbox") == ["bad.jsonl", "notes.txt"]


def test_an_object_that_cannot_be_named_is_kept_and_stops_no_other(place: Workplace) -> None:
    assert place.bucket is not None
    place.bucket.put_unusual("product_inbox/line\nbreak.jsonl", b"x")
    place.drop("good.jsonl", [row()])
    assert place.outcomes(place.drain()) == {"good.jsonl": ("accepted", None)}
    found = status(place.pipeline, partial(runs_of_inbox, place.instance))
    assert list(found.product_inbox.others) == ["line\nbreak.jsonl"]
    assert "control characters" in found.product_inbox.others["line\nbreak.jsonl"]
    with pytest.raises(UsageError, match="There is no"):
        requeue(place.pipeline, "line\nbreak.jsonl")


def test_an_outage_in_the_middle_of_a_file_is_neither_failure_nor_death(
    place: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert place.pipeline
    place.drop("a.jsonl", [row()])

    def down(*_: object, **__: object) -> None:
        raise FilesUnavailableError("s3://bucket", "it is down")

    with monkeypatch.context() as patch:
        patch.setattr(ObjectRequests, "read", down)
        with pytest.raises(FilesUnavailableError):
            place.ingest("a.jsonl")
    assert place.rows("SELECT outcome FROM file_attempts") == [("interrupted",)]
    assert place.ingest("a.jsonl").state == "archived"


def test_a_tick_says_that_the_store_cannot_be_reached(
    place: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert place.bucket is not None
    place.bucket = replace(place.bucket, prefix="unreachable")
    monkeypatch.setenv("PIPELINE_FILES_URL", place.bucket.url)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    ticks = Ticks(place)
    assert ticks.tick() == []
    assert f"The object store {place.bucket.url} cannot be used" in str(ticks.idle_because)


def test_an_enriched_object_whose_copy_was_taken_is_not_delivered_again(place: Workplace) -> None:
    """The process died after the copy and before it removed the hidden object."""
    a_delivery_that_was_not_placed(place, "")
    (hidden,) = place.files("product_inbox")
    assert hidden.startswith(".")
    place.drop("a.jsonl", b"enriched\n")
    assert place.ingest("a.jsonl").state == "quarantined"
    place.enrich()
    with writing(place.pipeline.engine) as connection:
        assert enrichment.open_deliveries(connection) == []
    assert place.files("product_inbox") == []
    assert len(place.files("quarantine")) == 2


def published_here(place: Workplace, name: str) -> dict[str, bytes]:
    """The files of a set in the data folder, its record included."""
    folder = place.data / "published" / name
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def published_there(place: Workplace) -> tuple[str, dict[str, bytes]]:
    """The latest set in the object store, and its files."""
    assert place.bucket is not None
    latest = str(json.loads(place.text("published/latest.json"))["set"])
    names = place.files(f"published/{latest}")
    return latest, {name: place.bucket.get(f"published/{latest}/{name}") for name in names}


@pytest.mark.parametrize("is_before", [True, False], ids=["before", "after"])
def test_a_set_appears_whole_wherever_its_copying_dies(
    place: Workplace, monkeypatch: pytest.MonkeyPatch, is_before: bool
) -> None:
    place.take("a.jsonl", [row()])
    first = publish(place.pipeline).latest
    assert published_there(place) == (first.name, published_here(place, first.name))
    assert not has_news_to_publish(place.pipeline)
    place.take("b.jsonl", [row("2", name="Tea 100pk", store_id="G2")])
    deaths = 0
    while True:
        with monkeypatch.context() as patch:
            dying(patch, deaths + 1, is_before=is_before, names=("upload", "replace"))
            try:
                second = publish(place.pipeline).latest
                break
            except Died:
                deaths += 1
        name, files = published_there(place)
        assert files == published_here(place, name)
        assert has_news_to_publish(place.pipeline) == (name == first.name)
    assert deaths >= len(second.files)
    assert published_there(place) == (second.name, published_here(place, second.name))
    assert second.name != first.name
