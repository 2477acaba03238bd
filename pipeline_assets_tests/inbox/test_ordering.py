"""Which files are next: by time then digest, one of a store, behind what is older or in flight."""

from collections.abc import Sequence
from datetime import datetime

import pytest

from pipeline_assets.inbox.ordering import takeable
from pipeline_assets.inbox.peeking import Peeked
from pipeline_assets.inbox.scanning import InboxFile

OURS, OTHERS = ("aldi", "G1"), ("aldi", "G2")


def file(
    name: str, day: int | None = 1, store: tuple[str, str] | None = OURS, hour: int = 0
) -> Peeked:
    """A file of one day in September; without a store it is one that tells nothing of itself."""
    scraped_at = None if day is None else datetime(2025, 9, day, hour)
    return Peeked(InboxFile(name, 1, 0, 0, 0), store, scraped_at)


def unreadable(name: str) -> Peeked:
    return file(name, None, None)


def next_ones(
    settled: Sequence[Peeked],
    unsettled: Sequence[Peeked] = (),
    in_flight: Sequence[Peeked] = (),
    digests: dict[str, str] | None = None,
) -> list[str]:
    """The names of the files that can be taken; no digest may be asked for but the given ones."""
    known = digests or {}
    chosen = takeable(settled, unsettled, in_flight, lambda one: known[one.file.name])
    return [one.file.name for one in chosen]


def test_of_one_store_the_oldest_is_taken_whatever_its_name_or_place_in_the_list() -> None:
    assert next_ones([file("a", day=3), file("b", day=1), file("c", day=2)]) == ["b"]


def test_of_one_day_the_earlier_hour_is_taken() -> None:
    assert next_ones([file("a", hour=9), file("b", hour=8)]) == ["b"]


def test_of_two_with_the_same_time_the_lower_digest_is_taken() -> None:
    files = [file("a"), file("b"), file("later", day=2)]
    assert next_ones(files, digests={"a": "f0", "b": "0f"}) == ["b"]
    assert next_ones(files, digests={"a": "0f", "b": "f0"}) == ["a"]


def test_no_digest_is_asked_for_where_times_differ_or_stores_do() -> None:
    files = [file("a"), file("b", day=2), file("c", store=OTHERS)]
    assert next_ones(files, digests={}) == ["a", "c"]


def test_stores_do_not_wait_for_one_another_and_are_listed_by_time_then_store() -> None:
    files = [
        file("z", day=2, store=("coles", "1")),
        file("y", day=1, store=OTHERS),
        file("x", day=1, store=OURS),
    ]
    assert next_ones(files) == ["x", "y", "z"]


def test_two_companies_with_the_same_store_id_are_two_stores() -> None:
    assert next_ones([file("a", 1, ("aldi", "1")), file("b", 2, ("coles", "1"))]) == ["a", "b"]


def test_a_stores_file_in_flight_holds_back_its_next_one_and_no_other_stores() -> None:
    settled = [file("next", day=2), file("other", day=2, store=OTHERS)]
    assert next_ones(settled, in_flight=[file("at work", day=1)]) == ["other"]


def test_a_file_in_flight_holds_back_older_ones_of_its_store_too() -> None:
    assert next_ones([file("older", day=1)], in_flight=[file("at work", day=2)]) == []


def test_a_file_in_flight_that_tells_nothing_of_itself_holds_back_none() -> None:
    assert next_ones([file("a")], in_flight=[unreadable("at work")]) == ["a"]


@pytest.mark.parametrize(
    ("growing", "expected"),
    [
        pytest.param([file("growing", day=1)], [], id="an older one"),
        pytest.param([file("growing", day=2)], [], id="one of the same time"),
        pytest.param([file("growing", day=3)], ["settled"], id="a newer one"),
        pytest.param([file("new", 3), file("old", 1)], [], id="a newer and an older one"),
        pytest.param([file("growing", 1, OTHERS)], ["settled"], id="another store's"),
        pytest.param([unreadable("growing")], ["settled"], id="one that says nothing yet"),
    ],
)
def test_a_file_still_growing_holds_back_what_is_not_older_of_its_store(
    growing: list[Peeked], expected: list[str]
) -> None:
    assert next_ones([file("settled", day=2)], unsettled=growing) == expected


def test_files_that_tell_nothing_of_themselves_are_taken_first_and_all_at_once() -> None:
    settled = [file("b", day=1), unreadable("z"), unreadable("y")]
    assert next_ones(settled, [file("growing")], [file("at work")]) == ["y", "z"]
    assert next_ones(settled) == ["y", "z", "b"]


def unread(name: str) -> Peeked:
    """One that has not been looked into yet."""
    return Peeked(InboxFile(name, 1, 0, 0, 0), None, None, is_unread=True)


def test_while_a_file_has_not_been_looked_into_only_those_without_a_store_are_taken() -> None:
    settled = [file("a"), file("b", store=OTHERS), unreadable("x")]
    assert next_ones([*settled, unread("later")]) == ["x"]
    assert next_ones(settled, unsettled=[unread("growing")]) == ["x"]
    assert next_ones(settled, in_flight=[unread("at work")]) == ["x"]
    assert next_ones(settled) == ["x", "a", "b"]


def test_an_empty_inbox_has_nothing_to_take() -> None:
    assert next_ones([]) == []
