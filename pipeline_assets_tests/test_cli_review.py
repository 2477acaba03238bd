"""`pipeline-assets review`: walking through suggestions, lists, and accepting many."""

import pytest

from pipeline_assets_tests.commands import Command, in_this_process
from pipeline_assets_tests.reporting.hostile import UNSEEN_TEXTS
from pipeline_assets_tests.services.suggested import JAM, SAME_JAM, Product, states, take_both
from pipeline_assets_tests.terminals import at_terminal
from pipeline_assets_tests.workplace import Workplace

ON_BOTH_DATABASES = True

CHIPS: Product = JAM | {"sku": "2", "name": "Ottoline Corn Chips", "url": "https://shop.example/2"}
SAME_CHIPS: Product = SAME_JAM | {"sku": "8", "name": "Corn Chips Bag"}


@pytest.fixture
def command(workplace: Workplace, capfd: pytest.CaptureFixture[str]) -> Command:
    return in_this_process(capfd)


@pytest.fixture
def place(workplace: Workplace) -> Workplace:
    take_both(workplace, [JAM, CHIPS], [SAME_JAM, SAME_CHIPS])
    workplace.post_process()
    assert states(workplace) == {("1", "7"): "open", ("2", "8"): "open"}
    return workplace


def review_at_terminal(place: Workplace, *arguments: str, types: list[str]) -> str:
    """What `review` writes to a terminal at which somebody gives these answers, one by one."""
    return at_terminal(
        place, "review", *arguments, answers=types, prompts=[b"? ", b"yes: "], TERM="dumb"
    )


def test_the_object_for_scripts_has_both_sides_of_each_open_suggestion(
    place: Workplace, command: Command
) -> None:
    found = command("review", "--json").json()
    assert found["open"] == 2
    jam = next(one for one in found["suggestions"] if one["sku_a"] == "1")
    assert jam == jam | {
        "company_a": "aldi",
        "name_a": "Ottoline Strawberry Jam",
        "size_a": "375g",
        "lowest_price_a": 5.0,
        "highest_price_a": 5.0,
        "url_a": None,
        "barcode_a": None,
        "company_b": "coles",
        "sku_b": "7",
        "class": "same",
    }
    confidences = [one["confidence"] for one in found["suggestions"]]
    assert confidences == sorted(confidences, reverse=True)
    assert len(command("review", "--json", "--limit", "1").json()["suggestions"]) == 1
    assert command("review", "--json", "--company", "IGA").json()["suggestions"] == []


def test_where_nobody_can_answer_they_are_listed_with_how_to_decide(
    place: Workplace, command: Command
) -> None:
    ran = command("review")
    assert ran.status == 0
    assert "aldi/1: Ottoline Strawberry Jam, 375g, $5.00\n" in ran.out
    assert "coles/7: Strawberry Jam Jar, 375g, $5.00\n" in ran.out
    assert "2 of 2 open suggestions" in ran.out
    assert "pipeline-assets decide same|never SKU SKU" in ran.out
    assert set(states(place).values()) == {"open"}


def test_answers_at_a_terminal_are_decisions_and_stopping_leaves_the_rest(
    place: Workplace,
) -> None:
    shown = review_at_terminal(place, types=["perhaps\n", "s\n", "q\n"])
    assert shown.count("(s)ame, (n)ever, s(k)ip or (q) stop?") == 3
    assert "1 decided same, 0 never, 0 skipped; 1 are open." in shown
    assert sorted(states(place).values()) == ["confirmed", "open"]
    shown = review_at_terminal(place, types=["never\n"])
    assert "0 decided same, 1 never, 0 skipped; 0 are open." in shown
    assert sorted(states(place).values()) == ["confirmed", "refused"]
    assert "No suggestion is open." in review_at_terminal(place, types=[])


def test_accepting_many_says_how_many_and_needs_a_yes(place: Workplace, command: Command) -> None:
    refused = command("review", "--accept-above", "0.5")
    assert refused.status == 2
    assert "2 suggestions have more confidence than 0.5" in refused.err
    assert set(states(place).values()) == {"open"}
    assert "Nothing was decided." in review_at_terminal(
        place, "--accept-above", "0.5", types=["no\n"]
    )
    done = command("review", "--accept-above", "0.5", "--yes", "--json")
    assert done.status == 0
    assert {one["sku_a"] for one in done.json()["accepted"]} == {"1", "2"}
    assert set(states(place).values()) == {"confirmed"}
    for pair in (("aldi/1", "coles/7"), ("aldi/2", "coles/8")):
        assert command("decide", "undo", *pair).status == 0
    assert set(states(place).values()) == {"open"}


@pytest.mark.parametrize("above", ["1.5", "-0.1", "nan"])
def test_a_number_that_is_no_confidence_is_refused(
    place: Workplace, command: Command, above: str
) -> None:
    assert command("review", "--accept-above", above, "--yes").status == 2
    assert set(states(place).values()) == {"open"}


def test_what_would_join_two_barcodes_by_now_is_not_accepted(
    place: Workplace, command: Command
) -> None:
    """Barcodes have come since the last post-processing."""
    codes = ({"barcode": "9300605051645"}, {"barcode": "9310055537910"})
    take_both(place, [JAM | codes[0], CHIPS], [SAME_JAM | codes[1], SAME_CHIPS], day=2)
    ran = command("review", "--accept-above", "0.5", "--yes", "--json")
    assert ran.status == 1
    (left,) = ran.json()["not_accepted"]
    assert (left["sku_a"], left["sku_b"]) == ("1", "7")
    assert "decide same aldi/1 coles/7" in left["message"]
    assert states(place) == {("1", "7"): "open", ("2", "8"): "confirmed"}


@pytest.mark.parametrize("unseen", ["a\x1b[2Jb", "fdp.\u202egnp.jsonl"])
def test_names_from_files_cannot_steer_the_terminal(
    workplace: Workplace, command: Command, unseen: str
) -> None:
    take_both(
        workplace,
        [JAM | {"name": f"{JAM['name']} {unseen}"}],
        [SAME_JAM | {"name": f"{SAME_JAM['name']} {unseen}"}],
    )
    workplace.post_process()
    assert set(states(workplace).values()) == {"open"}
    shown = command("review").out
    assert UNSEEN_TEXTS[unseen] in shown
    assert "\x1b[2J" not in shown
    assert "\u202e" not in shown
