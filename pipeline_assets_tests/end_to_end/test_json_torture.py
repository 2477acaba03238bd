"""The worst JSON and the naughtiest strings: no crash, and every line is accounted for."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from pipeline_assets_tests.contents import contents, differences
from pipeline_assets_tests.mysql_server import Server
from pipeline_assets_tests.third_party import json_cases, naughty_strings
from pipeline_assets_tests.workplace import Workplace, row

ON_BOTH_DATABASES = True

LISTED = Path(__file__).with_name("json_outcomes.csv")


def listed() -> dict[str, tuple[str, str]]:
    """The expected outcome of each case, by name: of its lines alone, and as a row's value.

    Alone: the reasons of its lines, in order; blank lines are none. As the value of a key that
    nothing uses: `accepted` where it is JSON; empty where the case has several lines.
    """
    with LISTED.open(encoding="utf-8", newline="") as lines:
        return {one["case"]: (one["alone"], one["as_a_value"]) for one in csv.DictReader(lines)}


def test_every_case_is_listed() -> None:
    assert listed().keys() == json_cases().keys()
    assert len(listed()) == 318


def test_each_case_beside_one_good_row_has_its_outcome(workplace: Workplace) -> None:
    """One catalogue for all cases: each is a store of its own."""
    wrong, place = [], workplace
    for number, (name, text) in enumerate(json_cases().items()):
        good = json.dumps(row("1", 1.5, store_id=f"S{number}")).encode()
        outcome = place.take(f"{number}.jsonl", text.encode() + b"\n" + good + b"\n")
        found = rejected(place, outcome.name)
        expected = listed()[name][0].split()
        counts = outcome.counts
        if found != expected or outcome.state != "archived":
            wrong.append((name, expected, found, outcome))
        assert counts["rows_accepted"] == 1
        assert counts["rows_read"] == 1 + len(expected) == 1 + counts["rows_rejected"]
    assert wrong == []
    assert place.one("SELECT COUNT(*) FROM store_prices") == len(json_cases())


def test_each_case_as_a_value_of_a_row_has_its_outcome(workplace: Workplace) -> None:
    cases = {name: text for name, text in json_cases().items() if listed()[name][1]}
    lines = []
    for number, text in enumerate(cases.values()):
        before, after = json.dumps(row(number, 1.5, extra="?")).split('"?"')
        lines.append((before + text + after).encode())
    outcome = workplace.take("one.jsonl", b"\n".join(lines))
    reasons = {one["line"]: one["reason"] for one in rejects(workplace, "one.jsonl")}
    found = {name: reasons.get(line, "accepted") for line, name in enumerate(cases, 1)}
    assert found == {name: listed()[name][1] for name in cases}
    assert outcome.counts["rows_read"] == len(cases)


def rejects(place: Workplace, name: str) -> list[dict[str, Any]]:
    """The rejects file of a file, as it was written."""
    paths = list((place.data / "rejects").glob(f"*-{name}.rejects.jsonl"))
    return [json.loads(line) for path in paths for line in path.read_text().split("\n")[:-1]]


def rejected(place: Workplace, name: str) -> list[str]:
    """The reasons in a file's rejects, in the order of the lines."""
    return [one["reason"] for one in rejects(place, name)]


def naughty_rows() -> list[dict[str, Any]]:
    """Each string as name and brand of a row, as its SKU in another, as size and category too."""
    rows = []
    for number, text in enumerate(naughty_strings()):
        category = [text] if text.strip() and len(text) < 512 else None
        more: dict[str, Any] = {"brand": text, "size": text, "category_path": category, "url": text}
        rows.append(row(f"n{number}", 1.5, name=text, **more))
        rows.append(row(text, 2.5, name=f"Tea {number}", barcode=text))
    return rows


def test_naughty_strings_are_kept_as_they_are_on_both_databases(
    mariadb: Server, tmp_path_factory: pytest.TempPathFactory
) -> None:
    said = []
    for url in ("", mariadb.new_catalogue()):
        with Workplace.create(tmp_path_factory.mktemp("naughty")) as place:
            place.catalogue_url = url
            check_naughty_strings(place)
            assert place.post_process()
            said.append(contents(place))
    assert differences(said[0], said[1]) == {}


def check_naughty_strings(place: Workplace) -> None:
    rows, strings = naughty_rows(), naughty_strings()
    outcome = place.take("naughty.jsonl", rows)
    reasons = {one["line"]: one["reason"] for one in rejects(place, "naughty.jsonl")}
    assert outcome.counts["rows_read"] == len(rows) == 2 * len(strings)
    names = dict(place.rows("SELECT sku, name FROM skus"))
    seen: set[str] = set()
    for number, text in enumerate(strings):
        kept = text.strip()
        as_name, as_sku = 2 * number + 1, 2 * number + 2
        if not kept:
            assert (reasons[as_name], reasons[as_sku]) == ("no_name", "no_sku")
            continue
        assert names[f"n{number}"] == kept
        if len(kept) > 128:
            assert reasons[as_sku] == "too_long"
        elif kept in seen:
            assert reasons[as_sku] == "repeated_sku"
        else:
            assert names[kept] == f"Tea {number}"
        seen.add(kept)
