"""Rows of a store directory: which can be read, and what they change."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline_assets.domain.stores.directory import (
    COLUMNS,
    DirectoryEntry,
    RefusedEntry,
    StoreFacts,
    read_entries,
    updated_facts,
)

DALBY = {
    "company": " ALDI ",
    "store_id": "G100",
    "store_name": "Dalby",
    "suburb": " Dalby ",
    "state": "QLD",
    "postcode": "4405",
    "latitude": "-27.181260",
    "longitude": "151.263493",
}
FACTS = StoreFacts(
    store_name="Dalby",
    suburb="Dalby",
    state="QLD",
    postcode="4405",
    latitude=-27.18126,
    longitude=151.263493,
)


def test_a_row_is_read_as_a_snapshots_header_is() -> None:
    assert read_entries([(2, DALBY)]) == ([DirectoryEntry("aldi", "G100", FACTS)], [])


def test_empty_cells_are_unknown() -> None:
    row = dict.fromkeys(COLUMNS, " ") | {"company": "aldi", "store_id": "1"}
    assert read_entries([(2, row)]) == ([DirectoryEntry("aldi", "1", StoreFacts())], [])
    only = {"company": "aldi", "store_id": "1"}
    assert read_entries([(2, only)]) == ([DirectoryEntry("aldi", "1", StoreFacts())], [])


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        ({"company": ""}, "company is empty"),
        ({"company": "a" * 65}, "company is empty or longer than 64"),
        ({"store_id": " "}, "store_id is empty"),
        ({"store_name": "n" * 256}, "store_name is longer than 255"),
        ({"postcode": "1" * 17}, "postcode is longer than 16"),
        ({"latitude": "north"}, "latitude is not a number from -90 to 90"),
        ({"latitude": "90.5"}, "latitude is not a number"),
        ({"latitude": "nan"}, "latitude is not a number"),
        ({"longitude": "-181"}, "longitude is not a number from -180 to 180"),
        ({"longitude": ""}, "latitude and longitude go together"),
        ({None: ["one cell too many"]}, "more cells than columns"),
    ],
)
def test_a_row_that_cannot_be_read_says_why(cells: dict[str, object], says: str) -> None:
    other = DALBY | {"store_id": "G2"}
    entries, refused = read_entries([(2, DALBY | cells), (3, other)])
    assert [one.store_id for one in entries] == ["G2"]
    assert [one.line for one in refused] == [2]
    assert says in refused[0].message


def test_of_two_rows_of_a_store_the_first_counts() -> None:
    entries, refused = read_entries([(2, DALBY), (3, DALBY | {"suburb": "Elsewhere"})])
    assert [one.facts.suburb for one in entries] == ["Dalby"]
    assert refused == [RefusedEntry(3, "aldi G100 stands in an earlier row")]


def test_an_empty_cell_erases_nothing() -> None:
    assert updated_facts(FACTS, StoreFacts(), is_scraped=False) == FACTS


def test_snapshots_name_a_store_and_the_directory_places_it() -> None:
    listed = replace(FACTS, store_name="Dalby West", state="NSW", suburb="Dalby West")
    placed = replace(FACTS, suburb="Dalby West")
    assert updated_facts(FACTS, listed, is_scraped=True) == placed
    assert updated_facts(FACTS, listed, is_scraped=False) == listed
    nameless = replace(FACTS, store_name=None)
    assert updated_facts(nameless, listed, is_scraped=True).store_name == "Dalby West"


FACTS_OF_ANY = st.builds(
    StoreFacts,
    store_name=st.none() | st.sampled_from("ab"),
    suburb=st.none() | st.sampled_from("ab"),
    state=st.none() | st.sampled_from("ab"),
    postcode=st.none() | st.sampled_from("ab"),
    latitude=st.none() | st.sampled_from([0.0, 1.0]),
    longitude=st.none() | st.sampled_from([0.0, 1.0]),
)


@given(FACTS_OF_ANY, FACTS_OF_ANY, st.booleans())
def test_a_second_time_changes_nothing(
    known: StoreFacts, listed: StoreFacts, is_scraped: bool
) -> None:
    once = updated_facts(known, listed, is_scraped=is_scraped)
    assert updated_facts(once, listed, is_scraped=is_scraped) == once
