"""Objects are moved, never overwritten and never lost, on a real S3 server."""

from collections.abc import Callable
from pathlib import Path, PurePath
from typing import Any

import pytest

from pipeline_assets.errors import FilesUnavailableError, NotAnInboxFileError, VanishedFileError
from pipeline_assets.inbox import s3_listing
from pipeline_assets.inbox.object_files import ObjectFiles
from pipeline_assets.inbox.object_requests import ObjectRequests
from pipeline_assets.inbox.object_urls import parse_object_url
from pipeline_assets.inbox.scanning import InboxFile, SettledFiles
from pipeline_assets_tests.object_stores import Bucket, ObjectServer

CONTENT, OTHER = b"ours\n", b"another's\n"
SOURCE, TARGET = "product_inbox/a.jsonl", "archive/d1-a.jsonl"
REQUESTS = ("list", "head", "read", "mark_of_source", "create", "replace", "remove_version")


class Place:
    """A bucket, and the files of the inboxes in it."""

    def __init__(self, bucket: Bucket) -> None:
        self.bucket = bucket
        self.files = ObjectFiles(parse_object_url(bucket.url), max_bytes=1_000_000)
        self.source, self.target = self.path(SOURCE), self.path(TARGET)

    def path(self, name: str) -> PurePath:
        return self.files.root / name

    def seen(self, name: str = SOURCE) -> InboxFile:
        """The object as it is now."""
        file = self.files.version(self.path(name))
        assert file is not None
        return file

    def contents(self) -> dict[str, bytes]:
        return {name: self.bucket.get(name) for name in self.bucket.names()}


@pytest.fixture
def place(object_server: ObjectServer, monkeypatch: pytest.MonkeyPatch) -> Place:
    """A bucket with one object in its product inbox."""
    bucket = object_server.new_bucket()
    for name, value in bucket.variables.items():
        monkeypatch.setenv(name, value)
    bucket.put(SOURCE, CONTENT)
    return Place(bucket)


def test_an_object_is_moved_and_marked_with_what_it_was(place: Place) -> None:
    file = place.seen()
    assert place.files.move(place.source, file, place.target) == place.target
    assert place.contents() == {TARGET: CONTENT}
    assert place.files.holds(place.target, file)
    assert place.files.move(place.source, file, place.target) == place.target  # found where it is


@pytest.mark.parametrize("taken", [OTHER, CONTENT], ids=["other bytes", "the same bytes"])
def test_a_name_that_another_object_has_is_left(place: Place, taken: bytes) -> None:
    place.bucket.put(TARGET, taken)
    file = place.seen()
    beside = place.target.with_name("d1-a-2.jsonl")
    assert place.files.free_place(place.target, file) == beside
    assert place.files.unused_place(place.target) == beside
    assert place.files.move(place.source, file, place.target) == beside
    assert place.contents() == {TARGET: taken, "archive/d1-a-2.jsonl": CONTENT}
    names = [found.name for found, _ in place.files.taken_places(place.target)]
    assert names == ["d1-a.jsonl", "d1-a-2.jsonl"]


def test_an_object_that_is_gone_or_was_replaced_is_not_moved(place: Place) -> None:
    file = place.seen()
    place.bucket.put(SOURCE, OTHER)
    assert place.files.move(place.source, file, place.target) is None
    assert place.contents() == {SOURCE: OTHER}
    place.bucket.delete(SOURCE)
    assert place.files.move(place.source, file, place.target) is None
    assert place.contents() == {}


class Died(BaseException):
    """As if the process had been killed."""


def dying(
    patch: pytest.MonkeyPatch, at: int, *, is_before: bool, names: tuple[str, ...] = REQUESTS
) -> list[str]:
    """Die before or after the request with this number; returns those that were begun."""
    begun: list[str] = []

    def wrapped(name: str, original: Callable[..., Any]) -> Callable[..., Any]:
        def request(self: ObjectRequests, *arguments: Any, **more: Any) -> Any:
            begun.append(name)
            number = len(begun)
            if number == at and is_before:
                raise Died
            result = original(self, *arguments, **more)
            if number == at:
                raise Died
            return result

        return request

    for name in names:
        patch.setattr(ObjectRequests, name, wrapped(name, getattr(ObjectRequests, name)))
    return begun


@pytest.mark.parametrize("is_before", [True, False], ids=["before", "after"])
def test_a_move_that_dies_at_any_request_is_finished_by_the_next_one(
    place: Place, monkeypatch: pytest.MonkeyPatch, is_before: bool
) -> None:
    deaths = 0
    for at in range(1, 20):
        place.bucket.put(SOURCE, CONTENT)
        file = place.seen()
        with monkeypatch.context() as patch:
            begun = dying(patch, at, is_before=is_before)
            try:
                assert place.files.move(place.source, file, place.target) == place.target
            except Died:
                deaths += 1
        assert CONTENT in place.contents().values(), begun
        assert place.files.move(place.source, file, place.target) == place.target
        assert place.contents() == {TARGET: CONTENT}, begun
        place.bucket.delete(TARGET)
        if len(begun) < at:
            break
    assert deaths >= 4


@pytest.mark.parametrize("name", ["create", "_signed"])
def test_an_object_that_is_replaced_between_copy_and_removal_stays(
    place: Place, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    file = place.seen()
    original = getattr(ObjectRequests, name)

    def replaced_after(self: ObjectRequests, *arguments: Any) -> Any:
        result = original(self, *arguments)
        place.bucket.put(SOURCE, OTHER)
        return result

    monkeypatch.setattr(ObjectRequests, name, replaced_after)
    assert place.files.move(place.source, file, place.target) == place.target
    assert place.contents() == {SOURCE: OTHER, TARGET: CONTENT}


def test_without_a_signature_the_removal_is_made_plainly(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ObjectRequests, "_signed", lambda *_: None)
    assert place.files.move(place.source, place.seen(), place.target) == place.target
    assert place.contents() == {TARGET: CONTENT}


def test_a_look_lists_what_can_be_processed_and_says_what_the_rest_is(place: Place) -> None:
    for name in ("b.jsonl.gz", "notes.txt", ".c.jsonl", "folder/d.jsonl"):
        place.bucket.put(f"product_inbox/{name}", CONTENT)
    place.bucket.put("product_inbox/large.jsonl", b"x" * 1_000_001)
    found = place.files.look(place.path("product_inbox"))
    assert [file.name for file in found.files] == ["a.jsonl", "b.jsonl.gz"]
    assert list(found.others) == [".c.jsonl", "folder", "large.jsonl", "notes.txt"]
    assert "1,000,001 bytes" in found.others["large.jsonl"]
    assert SettledFiles(5).split(found, 0) == (list(found.files), [])
    with pytest.raises(NotAnInboxFileError, match="does not end in"):
        place.files.file_to_process(place.path("product_inbox/notes.txt"))
    with pytest.raises(FileNotFoundError):
        place.files.file_to_process(place.path("product_inbox/none.jsonl"))
    assert place.files.look(place.path("barcode_enrichment_inbox")).files == ()


@pytest.mark.parametrize("page", [1000, 2], ids=["one page", "several pages"])
def test_a_key_that_cannot_be_named_stops_no_other(
    place: Place, monkeypatch: pytest.MonkeyPatch, page: int
) -> None:
    monkeypatch.setattr(s3_listing, "MAX_KEYS", page)
    for name in ("b+c d&é<%2F>.jsonl", "z.jsonl", "notes.txt", "folder/d.jsonl"):
        place.bucket.put(f"product_inbox/{name}", CONTENT)
    usual = place.files.look(place.path("product_inbox"))
    place.bucket.put_unusual("product_inbox/line\nbreak.jsonl", CONTENT)
    found = place.files.look(place.path("product_inbox"))
    assert found.files == usual.files
    assert [file.name for file in found.files] == ["a.jsonl", "b+c d&é<%2F>.jsonl", "z.jsonl"]
    assert list(found.others) == ["folder", "line\nbreak.jsonl", "notes.txt"]
    assert "control characters" in found.others["line\nbreak.jsonl"]


def test_a_key_whose_name_the_store_does_not_tell_is_not_processed(place: Place) -> None:
    place.bucket.put_unusual("product_inbox/a\x01.jsonl", CONTENT)
    found = place.files.look(place.path("product_inbox"))
    assert [file.name for file in found.files] == ["a.jsonl"]
    assert list(found.others) == ["a\N{REPLACEMENT CHARACTER}.jsonl"]


def test_a_listing_that_is_refused_is_told(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.bucket.put_unusual("product_inbox/line\nbreak.jsonl", CONTENT)
    monkeypatch.setattr(s3_listing, "MAX_KEYS", "many")
    with pytest.raises(FilesUnavailableError, match="answers GET with 400"):
        place.files.look(place.path("product_inbox"))


def test_a_listing_and_an_answer_tell_the_same_version(place: Place) -> None:
    (listed,) = place.files.look(place.path("product_inbox")).files
    with place.files.opened(place.source) as (_, opened):
        assert opened.fingerprint == listed.fingerprint == place.seen().fingerprint
    size, _, etag = listed.fingerprint.partition("-")
    assert (size, len(etag)) == ("5", 32)


@pytest.mark.parametrize("size", [0, 10, 2**16, 2**16 + 1, 900_000])
@pytest.mark.parametrize("piece", [-1, 1_000, 2**16], ids=["all", "small", "large"])
def test_a_stream_gives_all_bytes_of_one_version(place: Place, size: int, piece: int) -> None:
    content = bytes(number % 251 for number in range(size))
    place.bucket.put(SOURCE, content)
    with place.files.opened(place.source) as (stream, file):
        pieces = iter(lambda: stream.read(piece), b"")
        assert b"".join(pieces) == content
    assert file.size == size


def test_an_object_that_is_replaced_while_it_is_read_has_vanished(place: Place) -> None:
    place.bucket.put(SOURCE, b"x" * 200_000)
    with place.files.opened(place.source) as (stream, _):
        place.bucket.put(SOURCE, b"y" * 200_000)
        with pytest.raises(VanishedFileError):
            stream.read()
    place.bucket.delete(SOURCE)
    with pytest.raises(VanishedFileError), place.files.opened(place.source):
        pass


def test_small_files_are_written_renamed_and_removed(place: Place) -> None:
    path, other = place.path("quarantine/stale/a.json"), place.path("quarantine/stale/b.json")
    place.files.write_texts(path, ["{", "}"])
    place.files.write_texts(path, ['"é"'])
    assert place.files.read_bytes(path) == '"é"'.encode()
    assert list(place.files.in_subfolders(place.path("quarantine"))) == [path]
    place.files.rename(path, other)
    assert (place.files.is_there(path), place.files.is_file(other)) == (False, True)
    place.files.remove(other)
    place.files.remove(other)
    with pytest.raises(FileNotFoundError):
        place.files.read_bytes(other)
    assert place.files.names(place.path("quarantine")) == set()


def test_a_local_file_is_added_under_a_free_name(place: Place, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(OTHER)
    added = place.files.add_copy(tmp_path / "a.jsonl", place.path("product_inbox"))
    assert added.name == "a-2.jsonl"
    assert place.contents() == {SOURCE: CONTENT, "product_inbox/a-2.jsonl": OTHER}


@pytest.fixture
def unreachable(place: Place, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Place]:
    def make(**variables: str) -> Place:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        return Place(place.bucket)

    return make


def test_what_is_wrong_with_a_store_is_told_without_its_secrets(
    unreachable: Callable[..., Place], object_server: ObjectServer
) -> None:
    address = object_server.address
    for variables, is_transient in (
        ({"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}, True),
        ({"AWS_ENDPOINT_URL": address, "AWS_SECRET_ACCESS_KEY": "a-wrong-secret"}, False),
    ):
        place = unreachable(**variables)
        with pytest.raises(FilesUnavailableError, match=f"object store {place.bucket.url}") as told:
            place.files.look(place.path("product_inbox"))
        assert told.value.is_transient is is_transient
        assert "secret" not in str(told.value)
        assert len(str(told.value)) < 600


def test_a_bucket_that_is_not_there_is_told(place: Place) -> None:
    files = ObjectFiles(parse_object_url("s3://no-such-bucket/prefix"), 10)
    with pytest.raises(FilesUnavailableError) as told:
        files.look(files.root / "product_inbox")
    assert not told.value.is_transient
