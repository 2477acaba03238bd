"""`pipeline-assets price`: what people and scripts are told, on both databases."""

import os
import re
import subprocess
import sys
from typing import Any

import pytest

from pipeline_assets_tests.commands import Command, in_this_process, process
from pipeline_assets_tests.price_situations import (
    BARCODE,
    day,
    product_id,
    retire,
    scrape,
    two_companies,
)
from pipeline_assets_tests.reporting.hostile import HOSTILE_TEXTS, UNSEEN_TEXTS
from pipeline_assets_tests.terminals import at_terminal
from pipeline_assets_tests.workplace import Workplace, row

ON_BOTH_DATABASES = True

OFFER = {
    "company",
    "store_id",
    "sku",
    "price",
    "scraped_date",
    "name",
    "brand",
    "size",
    "category",
    "unit_price",
    "unit_of_measure",
    "is_on_special",
    "was_price",
    "previous_price",
    "price_since",
    "is_available",
    "is_estimate",
    "observed_store_id",
    "store_name",
    "state",
    "lowest_90_days",
    "lowest_90_days_date",
    "url",
    "image_url",
}
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]")


@pytest.fixture
def command(workplace: Workplace, capfd: pytest.CaptureFixture[str]) -> Command:
    return in_this_process(capfd)


@pytest.fixture
def place(workplace: Workplace) -> Workplace:
    two_companies(workplace)
    return workplace


def asked(command: Command, *what: str) -> list[dict[str, Any]]:
    """The products of an answer as JSON."""
    ran = command("price", "--json", *what)
    found = ran.json()
    assert found.keys() == {"products"}
    assert ran.status == (0 if found["products"] else 1)
    products = found["products"]
    assert isinstance(products, list)
    return products


def price_at_terminal(
    place: Workplace, width: int, *what: str, types: str = "", **more: str
) -> str:
    """What `price` writes to a terminal of this width, at which somebody types."""
    variables = {"COLUMNS": str(width), "TERM": "xterm-256color"} | more
    return at_terminal(
        place,
        "price",
        *what,
        answers=[types] if types else [],
        prompts=[b"Which one?"],
        **variables,
    )


def test_the_object_for_scripts_has_every_offer_with_its_exact_price(
    place: Workplace, command: Command
) -> None:
    (found,) = asked(command, BARCODE)
    assert (found["product_id"], found["barcode"]) == (product_id(place), BARCODE)
    assert (found["name"], found["brand"]) == ("Green Tea 100g", "Dilly")
    assert found["retired_product_id"] is None
    assert "history" not in found
    assert all(offer.keys() == OFFER for offer in found["offers"])
    shown = ("company", "store_id", "sku", "price", "is_on_special", "is_estimate")
    assert [tuple(offer[name] for name in shown) for offer in found["offers"]] == [
        ("aldi", "G1", "0042", 3.5, True, False),
        ("aldi", "G2", "0042", 3.5, True, True),
        ("iga", "7", "tea-1", 3.95, False, False),
        ("aldi", "G3", "0042", 4.5, False, False),
    ]
    first = found["offers"][0]
    assert (first["was_price"], first["unit_price"], first["unit_of_measure"]) == (4.0, 35.0, "kg")
    assert first["scraped_date"] == first["price_since"] == day(place, 0)
    assert found["offers"][1]["observed_store_id"] == "G1"
    assert (first["lowest_90_days"], first["lowest_90_days_date"]) == (3.5, day(place, 0))


@pytest.mark.parametrize(
    "what",
    [
        (BARCODE,),
        ("9300650", "658615"),
        ("aldi/0042",),
        ("ALDI/0042",),
        ("iga/tea-1",),
        ("0042",),
        ("green", "TÉA"),
        ("dilly 0.1kg",),
    ],
)
def test_a_product_is_found_by_each_of_its_names(
    what: tuple[str, ...], place: Workplace, command: Command
) -> None:
    found = asked(command, *what)
    assert [one["product_id"] for one in found] == [product_id(place)]
    by_id = asked(command, f"product:{product_id(place)}")
    assert by_id == found


def test_one_store_alone_with_all_of_its_changes(place: Workplace, command: Command) -> None:
    (found,) = asked(command, BARCODE, "--store", "aldi/G1", "--history")
    assert [offer["store_id"] for offer in found["offers"]] == ["G1"]
    changes = [(one["kind"], one["price"], one["price_before"]) for one in found["history"]]
    assert changes == [("first_seen", 4.0, None), ("changed", 3.5, 4.0)]
    assert found["history"][1]["scraped_at"].endswith("+00:00")
    ran = command("price", BARCODE, "--store", "aldi/G1", "--history")
    assert re.search(r"changed +\$3\.50 +\$4\.00", ran.out)
    assert "iga" not in ran.out


@pytest.mark.parametrize(
    ("store", "says"),
    [
        ("aldi/G9", "aldi has no store 'G9'. Its 3 stores include"),
        ("coles/1", "There is no company 'coles' with stores; there is: aldi, iga."),
        ("G1", "give a company and a store's number"),
    ],
)
def test_a_store_that_does_not_exist_is_wrong_usage(
    store: str, says: str, place: Workplace, command: Command
) -> None:
    ran = command("price", BARCODE, "--store", store)
    assert ran.status == 2
    assert says in " ".join(ran.err.split())


def test_a_page_for_people_joins_stores_of_a_group_and_marks_estimates(
    place: Workplace, command: Command
) -> None:
    ran = command("price", BARCODE)
    assert (ran.status, ran.err) == (0, "")
    lines = [" ".join(line.split()) for line in ran.out.splitlines()]
    assert "Dilly Green Tea 100g" in lines
    today, before = day(place, 0), day(place, 20)
    assert (
        f"$3.50 $35.00/kg special, was $4.00 2 stores priced like aldi G1 (G1), 1 estimated "
        f"{today} {today}" in lines
    )
    assert f"$4.50 – aldi G3 (G3), nsw {before} {before}" in lines
    assert f"aldi lowest in 90 days $3.50, {today}" in lines
    assert any(
        line.startswith("Estimated: the store has no snapshot of the last 7") for line in lines
    )
    assert "lowest price over time" in lines
    assert f"aldi: $3.50 since {today}" in lines
    assert re.search(r"\$4\.00 │\u2809+", ran.out)
    assert "\x1b" not in ran.out


def test_several_products_are_a_list_to_choose_from(place: Workplace, command: Command) -> None:
    ran = command("price", "thing", "--limit", "3")
    assert (ran.status, ran.err) == (0, "")
    listed = re.findall(
        r"^ *(\d) +Other thing \d+ +aldi \$[\d.]+, iga \$[\d.]+ +product:\d+", ran.out, re.M
    )
    assert listed == ["1", "2", "3"]
    assert "There are more. Add words" in ran.out
    assert len(asked(command, "thing", "--limit", "3")) == 3
    assert "--limit raises that" in command("price", "thing", "--limit", "3", "--json").err


def test_at_a_terminal_a_person_picks_one(place: Workplace) -> None:
    shown = ESCAPES.sub("", price_at_terminal(place, 100, "thing", "--limit", "3", types="9\n2\n"))
    second = re.search(r"^ *2 +(Other thing \d+) .*?(product:\d+)", shown, re.M)
    assert second is not None
    _, _, picked = shown.rpartition("Which one? 1 to 3, or Enter for none:")
    assert picked.splitlines()[1:3] == [second[1], second[2]] or second[2] in picked
    none = ESCAPES.sub("", price_at_terminal(place, 100, "thing", "--limit", "3", types="\n"))
    assert none.rstrip().endswith("Enter for none:")


@pytest.mark.parametrize("width", [80, 120])
def test_nothing_is_wider_than_the_terminal(width: int, place: Workplace) -> None:
    shown = price_at_terminal(place, width, BARCODE, "--history")
    lines = ESCAPES.sub("", shown).splitlines()
    assert max(map(len, lines)) <= width
    assert ("since" in "".join(line for line in lines if "per unit" in line)) == (width == 120)
    for text in ("$3.50", "$35.00/kg", "special, was $4.00", "1 estimated", day(place, 0)):
        assert any(text in line for line in lines), text


def test_without_colours_none_are_shown(place: Workplace) -> None:
    coloured = re.compile(r"\x1b\[[0-9;]*3\d")
    assert coloured.search(price_at_terminal(place, 100, BARCODE))
    assert not coloured.search(price_at_terminal(place, 100, BARCODE, NO_COLOR="1"))


def test_a_retired_id_is_answered_for_and_marked(workplace: Workplace, command: Command) -> None:
    kept, retired = retire(workplace)
    (by_old,) = asked(command, f"product:{retired}")
    (by_new,) = asked(command, f"product:{kept}")
    assert by_old["retired_product_id"] == retired
    assert by_old | {"retired_product_id": None} == by_new
    assert {offer["sku"] for offer in by_new["offers"]} == {"a", "b"}
    told = command("price", f"product:{retired}").out
    assert f"Product {retired} has become this one" in told


@pytest.mark.parametrize(
    ("what", "says"),
    [
        ("teaa", "No product has the word 'teaa'; nearest: tea."),
        ("tea coffee", "No product has the word 'coffee'"),
        ("tea thing", "No product has all of these words; each of them occurs."),
        ("9300650658614", "its check digit is wrong; with these first digits it would be 5"),
        ("2000000000008", "is a number that a shop assigns itself"),
        ("4006381333931", "No product has the barcode 4006381333931"),
        ("aldi/nope", "aldi has no article 'nope'"),
        ("product:99999", "There is no product 99999"),
        ("日本", "There is no word in this to search for"),
        ("nobody/tea-cup", "No product has the word"),
    ],
)
def test_nothing_found_says_why_and_what_is_nearest(
    what: str, says: str, place: Workplace, command: Command
) -> None:
    ran = command("price", what)
    assert (ran.status, ran.out) == (1, "")
    assert says in " ".join(ran.err.split())
    assert asked(command, what) == []


def test_a_product_that_nobody_sells_now_is_said_to_be_so(
    place: Workplace, command: Command
) -> None:
    scrape(place, "7", -1, company="iga")
    scrape(place, "G1", -1)
    scrape(place, "G2", -1)
    scrape(
        place, "G3", -1, *(row(f"8{number}", 2.0, name=f"Thing {number}") for number in range(60))
    )
    (found,) = asked(command, BARCODE)
    assert found["offers"] == []
    ran = command("price", BARCODE)
    assert ran.status == 0
    assert "It is not sold now." in ran.out
    assert f"iga: not sold since {day(place, -1)}" in ran.out


def test_hostile_texts_steer_no_terminal_and_are_shown_as_written(
    workplace: Workplace, command: Command
) -> None:
    unseen = {text: told for text, told in UNSEEN_TEXTS.items() if "\udcff" not in text}
    texts = [*HOSTILE_TEXTS, *unseen]  # a row that is no text in UTF-8 is rejected
    rows = [row(f"h{n}", 1.0, name=f"evil {text}") for n, text in enumerate(texts)]
    header = {"store_name": "\x1b[31mred\x1b[0m", "state": "n\u202esw"}
    for one in rows:
        one["metadata"] |= header
    workplace.take("a.jsonl", rows)
    workplace.post_process()
    pages = [command("price", f"aldi/h{number}") for number in range(len(texts))]
    pages += [command("price", "evil", "--limit", "100"), command("price", "evil\x1b[2J nothing")]
    for page in pages:
        shown = page.out + page.err
        assert not [sign for sign in shown if not (sign.isprintable() or sign == "\n")], shown
    for text, page in zip(texts, pages, strict=False):
        assert page.status == 0, repr(text)
        if text.isprintable():
            assert f"evil {' '.join(text.split())}" in " ".join(page.out.split())
    for text, spelled in unseen.items():
        assert spelled in pages[texts.index(text)].out


@pytest.mark.from_nothing
def test_without_a_catalogue_none_is_created(workplace: Workplace, command: Command) -> None:
    ran = command("price", "tea")
    assert ran.status == 2
    assert "There is no catalogue at" in " ".join(ran.err.split())
    assert list(workplace.data.rglob("catalogue*")) == []


def test_asking_changes_nothing_and_needs_neither_pandas_nor_dagster(place: Workplace) -> None:
    before = place.tables(without=())
    place.pipeline.engine.dispose()
    ran = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "pipeline_assets.cli", "price", BARCODE],
        env=os.environ | place.environment,
        check=True,
        capture_output=True,
        text=True,
    )
    names = set(re.findall(r"^import time: .*\| +(\w+)", ran.stderr, re.MULTILINE))
    assert "plotille" in names
    assert not names & {"pandas", "numpy", "dagster", "alembic", "matplotlib", "httpx", "scipy"}
    assert place.tables(without=()) == before


def test_a_script_in_a_process_of_its_own_is_asked_nothing(place: Workplace) -> None:
    place.pipeline.engine.dispose()
    ran = process(place, "price", "thing")
    assert ran.status == 0
    assert "Which one?" not in ran.out + ran.err
    assert "…" not in ran.out
