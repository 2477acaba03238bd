"""What is said of an inbox where nothing is to be requested."""

import pytest

from pipeline_assets.inbox.peeking import Peeked
from pipeline_assets.inbox.scanning import InboxFile
from pipeline_assets.services.files.inbox_counts import (
    InboxCounts,
    count_entries,
    digest_of,
    idle_in_words,
    staying_entries,
)
from pipeline_assets.services.files.inbox_survey import Survey

REMEDY = " (`pipeline-assets status` says why, and what to do)."


def file(name: str) -> InboxFile:
    return InboxFile(name, 1, 0, 0, 0)


def peeked(name: str) -> Peeked:
    return Peeked(file(name), None, None)


FULL = Survey(
    takeable=[peeked("a"), peeked("b")],
    waiting=[peeked("c")],
    unread=[file("d")],
    unsettled=[file("e")],
    in_flight=[file("f"), file("g")],
    halted={"h": "it broke"},
    others={"i": "a folder", "j": "a link", "k": "a socket"},
)


def test_every_entry_counts_once() -> None:
    assert count_entries(FULL) == InboxCounts(4, 1, 2, 1, 3)
    assert count_entries(FULL).entries == 11
    assert count_entries(Survey()) == InboxCounts(0, 0, 0, 0, 0)


@pytest.mark.parametrize(
    ("found", "says"),
    [
        (Survey(), "There is nothing in product_inbox/."),
        (Survey(unsettled=[file("a")]), "1 is arriving."),
        (Survey(unsettled=[file("a"), file("b")]), "2 are arriving."),
        (Survey(in_flight=[file("a")]), "1 is being processed."),
        (Survey(halted={"a": ""}), f"1 is halted{REMEDY}"),
        (Survey(halted={"a": "", "b": ""}), f"2 are halted{REMEDY}"),
        (Survey(others={"a": ""}), f"1 is not a file to process{REMEDY}"),
        (Survey(others={"a": "", "b": ""}), f"2 are not files to process{REMEDY}"),
        (
            Survey(halted={"a": ""}, unsettled=[file("b")], waiting=[peeked("c")]),
            f"1 is arriving, 1 is waiting for another file, 1 is halted{REMEDY}",
        ),
    ],
)
def test_what_is_so_is_said_in_one_sentence(found: Survey, says: str) -> None:
    said = idle_in_words("product_inbox", found)
    if found != Survey():
        says = f"No file in product_inbox/ can be processed now: {says}"
    assert said == says


def test_what_stays_is_named_with_its_reason_and_only_the_first_few_of_each() -> None:
    named = [(one.name, one.why) for one in staying_entries(FULL)]
    assert named == [("h", "it broke"), ("i", "a folder"), ("j", "a link"), ("k", "a socket")]
    many = Survey(halted={str(n): "" for n in range(500)}, others={f"o{n}": "" for n in range(500)})
    assert len(staying_entries(many)) == 40


def test_the_digest_changes_with_what_is_shown_and_with_nothing_else() -> None:
    assert digest_of(FULL) == digest_of(FULL)
    same = Survey(takeable=[peeked("x"), peeked("y")])
    assert digest_of(same) == digest_of(Survey(takeable=[peeked("a")], waiting=[peeked("b")]))
    assert digest_of(same) != digest_of(Survey(takeable=[peeked("x")]))
    halted = Survey(halted={"a": "why"})
    assert digest_of(halted) != digest_of(Survey(halted={"b": "why"}))
    assert digest_of(halted) != digest_of(Survey(halted={"a": "another cause"}))
