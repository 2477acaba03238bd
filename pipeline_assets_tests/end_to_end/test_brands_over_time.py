"""Brands over many files and runs: one where the evidence says so, then two again."""

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from pipeline_assets.services.post_processing.options import PostProcessingOptions
from pipeline_assets.services.post_processing.reports import StepReport
from pipeline_assets.services.post_processing.steps import STEPS, run_step
from pipeline_assets_tests.end_to_end.stories import post_process
from pipeline_assets_tests.workplace import Workplace, row

# Of two makers: the first four, and the last four.
BARCODES = (
    "9300000000019",
    "9300000000026",
    "9300000000033",
    "9300000000040",
    "9401234000001",
    "9401234000018",
    "9401234000025",
    "9401234000032",
)

ON_BOTH_DATABASES = True
LEGAL, SHORT = "Kellogg (Aust) Pty Ltd", "Kellogg's"
MAKER, MADE = "Ferrero", "Nutella"


def take(
    place: Workplace, company: str, day: int, brands: Mapping[str, Iterable[int]], shift: int = 0
) -> None:
    """A company's snapshot: of each brand the articles with these numbers, each with a barcode."""
    rows = [
        row(
            f"{number}",
            name=f"Article {number}",
            brand=brand,
            barcode=BARCODES[number + shift],
            company=company,
            day=f"2025-09-{day:02}",
        )
        for brand, numbers in brands.items()
        for number in numbers
    ]
    assert place.take(f"{company}-{day}.jsonl", rows).place is not None
    assert place.files("quarantine") == []


def two_retailers(place: Workplace) -> None:
    """Coles names the legal entity and the maker, IGA the brands, for the same articles."""
    take(place, "coles", 1, {LEGAL: (0, 1), MAKER: (2, 3)})
    take(place, "iga", 1, {SHORT: (0, 1), MADE: (2, 3)})


def brand_of_alias(place: Workplace) -> dict[str, str]:
    return dict(
        place.rows("SELECT alias, brands.name FROM brand_aliases JOIN brands USING (brand_id)")
    )


def brands_in_view(place: Workplace, company: str) -> list[str | None]:
    found = place.rows(
        "SELECT brand FROM store_prices WHERE company = :company ORDER BY sku", company=company
    )
    return [name for (name,) in found]


def run_only(place: Workplace, *names: str) -> list[StepReport]:
    """Some of the steps, as one asset is materialized alone."""
    options = PostProcessingOptions()
    return [run_step(place.pipeline, step, options) for step in STEPS if step.name in names]


def exported(place: Workplace, name: str) -> Path:
    return place.data / "translation_tables" / name


def versions(place: Workplace) -> dict[str, tuple[int, int]]:
    """Inode and time of each exported file."""
    stats = {name: exported(place, name).stat() for name in place.files("translation_tables")}
    return {name: (stat.st_ino, stat.st_mtime_ns) for name, stat in stats.items()}


def test_two_names_of_one_brand_become_one_and_a_maker_stays_itself(workplace: Workplace) -> None:
    two_retailers(workplace)
    assert brands_in_view(workplace, "coles") == [LEGAL, LEGAL, MAKER, MAKER]
    reports = post_process(workplace)
    assert brand_of_alias(workplace) == {
        "aust kellogg ltd pty": SHORT,
        "kelloggs": SHORT,
        "ferrero": MAKER,
        "nutella": MADE,
    }
    assert workplace.rows("SELECT normalised_name, name FROM brands ORDER BY name") == [
        ("ferrero", MAKER),
        ("kelloggs", SHORT),
        ("nutella", MADE),
    ]
    assert brands_in_view(workplace, "coles") == [SHORT, SHORT, MAKER, MAKER]
    assert brands_in_view(workplace, "iga") == [SHORT, SHORT, MADE, MADE]
    assert reports["brand_translations"].changes == {"written": 1, "withdrawn": 0}
    assert reports["reconciled_brands"].changes == {"aliases_moved": 1, "brands_renamed": 0}
    assert reports["cleaned_catalogue"].changes == {"products_removed": 0, "brands_removed": 1}
    ((alias, canonical, rule, evidence),) = workplace.rows(
        "SELECT alias, canonical, rule, evidence FROM brand_translations"
    )
    assert (alias, canonical, rule) == ("aust kellogg ltd pty", "kelloggs", "plural")
    assert json.loads(evidence)["shared_barcodes"] == 2


def test_a_second_run_changes_nothing(workplace: Workplace) -> None:
    two_retailers(workplace)
    post_process(workplace)
    before = workplace.tables()
    again = post_process(workplace)
    assert {name: dict(step.changes) for name, step in again.items() if step.changed} == {}
    assert again["brand_translations"].facts["names_read"] == 0
    assert workplace.tables() == before


def test_a_new_article_of_a_merged_name_is_of_the_merged_brand_at_once(
    workplace: Workplace,
) -> None:
    two_retailers(workplace)
    post_process(workplace)
    take(workplace, "aldi", 1, {LEGAL: (5,)})
    assert brands_in_view(workplace, "aldi") == [SHORT]


def test_brands_come_apart_again_when_their_evidence_is_gone(workplace: Workplace) -> None:
    two_retailers(workplace)
    post_process(workplace)
    take(workplace, "coles", 2, {LEGAL: (0, 1), MAKER: (2, 3)}, shift=4)
    reports = post_process(workplace)
    assert reports["brand_translations"].changes == {"written": 0, "withdrawn": 1}
    assert reports["reconciled_brands"].details == [
        "aust kellogg ltd pty now refers to aust kellogg ltd pty"
    ]
    assert brands_in_view(workplace, "coles") == [LEGAL, LEGAL, MAKER, MAKER]
    assert brands_in_view(workplace, "iga") == [SHORT, SHORT, MADE, MADE]
    before = workplace.tables()
    assert all(step.changed == 0 for step in post_process(workplace).values())
    assert workplace.tables() == before


def test_brands_come_apart_when_articles_change_their_brand(workplace: Workplace) -> None:
    two_retailers(workplace)
    post_process(workplace)
    take(workplace, "iga", 2, {"Uncle Tobys": (0, 1), MADE: (2, 3)})
    post_process(workplace)
    assert brand_of_alias(workplace) == {
        "aust kellogg ltd pty": LEGAL,
        "ferrero": MAKER,
        "nutella": MADE,
        "tobys uncle": "Uncle Tobys",
    }


def test_clean_up_removes_the_brands_that_nothing_has_and_only_those(workplace: Workplace) -> None:
    take(workplace, "coles", 1, {"Arnott's": (0,), "Bega": (1, 2)})
    take(workplace, "coles", 2, {"Bega": (0, 1), "Vegemite": (2,)})
    assert {*brand_of_alias(workplace)} == {"arnotts", "bega", "vegemite"}
    (report,) = run_only(workplace, "cleaned_catalogue")
    assert report.changes == {"products_removed": 0, "brands_removed": 1}
    assert brand_of_alias(workplace) == {"bega": "Bega", "vegemite": "Vegemite"}
    assert workplace.rows("SELECT name FROM brands ORDER BY name") == [("Bega",), ("Vegemite",)]
    assert brands_in_view(workplace, "coles") == ["Bega", "Bega", "Vegemite"]
    (again,) = run_only(workplace, "cleaned_catalogue")
    assert again.changed == 0


def test_clean_up_alone_leaves_the_name_that_others_are_translated_to(
    workplace: Workplace,
) -> None:
    two_retailers(workplace)
    post_process(workplace)
    take(workplace, "iga", 2, {"Uncle Tobys": (0, 1), MADE: (2, 3)})
    run_only(workplace, "cleaned_catalogue")
    assert brand_of_alias(workplace)["kelloggs"] == SHORT
    assert brands_in_view(workplace, "coles") == [SHORT, SHORT, MAKER, MAKER]


def test_a_brand_whose_own_name_was_cleaned_away_can_be_named_again(workplace: Workplace) -> None:
    two_retailers(workplace)
    post_process(workplace)
    take(workplace, "iga", 2, {"Uncle Tobys": (0, 1), MADE: (2, 3)})
    # Each step can be run by itself: here without the one that gives the legal name its brand.
    run_only(workplace, "brand_translations", "cleaned_catalogue")
    take(workplace, "aldi", 1, {SHORT: (0, 1)})
    post_process(workplace)
    assert brands_in_view(workplace, "aldi") == [SHORT, SHORT]
    assert brands_in_view(workplace, "coles") == [SHORT, SHORT, MAKER, MAKER]


def test_a_brand_that_comes_back_bears_its_name_of_today(workplace: Workplace) -> None:
    steps = ("brand_translations", "reconciled_brands")  # no clean-up: the row of old stays
    take(workplace, "coles", 1, {SHORT: (0, 1)})
    take(workplace, "coles", 2, {"Kelloggs": (0, 1)})
    take(workplace, "iga", 1, {LEGAL: (0, 1)})
    run_only(workplace, *steps)
    assert brands_in_view(workplace, "iga") == ["Kelloggs", "Kelloggs"]
    take(workplace, "aldi", 1, {"Kellogg": (0, 1, 2)})
    run_only(workplace, *steps)
    assert brands_in_view(workplace, "coles") == ["Kellogg", "Kellogg"]
    take(workplace, "coles", 3, {"Kelloggs": (0, 1)}, shift=4)
    run_only(workplace, *steps)
    assert brands_in_view(workplace, "coles") == [SHORT, SHORT]
    assert [step.changed for step in run_only(workplace, *steps)] == [0, 0]


def test_the_exported_tables_say_what_the_catalogue_says(workplace: Workplace) -> None:
    two_retailers(workplace)
    report = post_process(workplace)["exported_translation_tables"]
    brands = json.loads(exported(workplace, "brands.json").read_text(encoding="utf-8"))
    assert brands == brand_of_alias(workplace)
    keys = json.loads(exported(workplace, "products.json").read_text(encoding="utf-8"))
    assert keys == {
        "0 article aust kellogg ltd pty": "0 article aust kellogg ltd pty",
        "0 article kelloggs": "0 article aust kellogg ltd pty",
        "1 article aust kellogg ltd pty": "1 article aust kellogg ltd pty",
        "1 article kelloggs": "1 article aust kellogg ltd pty",
        "2 article ferrero": "2 article ferrero",
        "2 article nutella": "2 article ferrero",
        "3 article ferrero": "3 article ferrero",
        "3 article nutella": "3 article ferrero",
    }
    assert report.changes == {"files_written": 2}
    assert report.facts == {"brands_entries": 4, "products_entries": 8}


def test_only_the_exported_file_that_differs_is_written_anew(workplace: Workplace) -> None:
    two_retailers(workplace)
    post_process(workplace)
    for name in ("brands.json", "products.json"):
        os.utime(exported(workplace, name), (0, 0))
    before = versions(workplace)
    assert post_process(workplace)["exported_translation_tables"].changed == 0
    assert versions(workplace) == before
    take(workplace, "aldi", 1, {SHORT: (5,)})  # another article, no other brand
    assert post_process(workplace)["exported_translation_tables"].changes == {"files_written": 1}
    after = versions(workplace)
    assert after["brands.json"] == before["brands.json"]
    assert after["products.json"][0] != before["products.json"][0]
    assert workplace.files("translation_tables") == ["brands.json", "products.json"]


def test_an_export_that_cannot_be_written_leaves_the_old_file_whole(workplace: Workplace) -> None:
    two_retailers(workplace)
    post_process(workplace)
    before = exported(workplace, "brands.json").read_bytes()
    take(workplace, "aldi", 1, {"Vegemite": (5,)})
    obstacle = exported(workplace, ".brands.json.tmp")  # where it would be written aside
    obstacle.mkdir()
    with pytest.raises(IsADirectoryError):
        post_process(workplace)
    assert exported(workplace, "brands.json").read_bytes() == before
    obstacle.rmdir()
    assert post_process(workplace)["exported_translation_tables"].changes == {"files_written": 2}
    assert "vegemite" in json.loads(exported(workplace, "brands.json").read_text("utf-8"))


def test_a_dry_run_tells_what_it_would_do_and_does_nothing(workplace: Workplace) -> None:
    two_retailers(workplace)
    before = workplace.tables()
    reports = post_process(workplace, dry_run=True)
    assert all(report.dry_run for report in reports.values())
    assert reports["brand_translations"].changes == {"written": 1, "withdrawn": 0}
    assert reports["brand_translations"].details == ["aust kellogg ltd pty = kelloggs (plural)"]
    assert reports["product_translations"].changes == {"written": 8, "withdrawn": 0}
    assert reports["exported_translation_tables"].changes == {"files_written": 2}
    assert workplace.tables() == before
    assert workplace.files("translation_tables") == []
    post_process(workplace)
    assert brands_in_view(workplace, "coles") == [SHORT, SHORT, MAKER, MAKER]
