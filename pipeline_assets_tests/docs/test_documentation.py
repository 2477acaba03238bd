"""The documentation is true: names exist, tables are complete, links lead somewhere."""

import re
from pathlib import Path

import pytest
import typer

from pipeline_assets.catalogue.schema import metadata
from pipeline_assets.cli.app import app
from pipeline_assets.domain.products.reasons import Reason
from pipeline_assets.domain.snapshots.acceptance import REASONS
from pipeline_assets.domain.snapshots.listing import RawProduct
from pipeline_assets.services.checks.all_checks import ALL_CHECKS
from pipeline_assets.services.checks.check import Severity
from pipeline_assets.services.checks.refused import REFUSED_FILES
from pipeline_assets.services.post_processing.steps import STEPS
from pipeline_assets.settings import Settings
from pipeline_assets_tests.docs.blocks import LANGUAGES, NOTES, PAGES, all_blocks
from pipeline_assets_tests.workplace import PROJECT_ROOT

ROW_REASONS = (
    "bad_json",
    "no_product",
    "no_name",
    "no_sku",
    "too_long",
    "bad_price",
    "other_store",
    "repeated_sku",
)


def text_of(name: str) -> str:
    return (PROJECT_ROOT / name).read_text(encoding="utf-8")


def test_every_reason_is_explained() -> None:
    page = text_of("docs/snapshot-format.md")
    assert [reason for reason in (*REASONS, *ROW_REASONS) if f"`{reason}`" not in page] == []
    operators = text_of("docs/post-processing.md")
    assert [reason for reason in Reason if f"`{reason}`" not in operators] == []
    assert [step.name for step in STEPS if f"### {step.name}" not in operators] == []


def test_every_table_is_named() -> None:
    page = text_of("docs/catalogue.md")
    assert [name for name in metadata.tables if f"`{name}`" not in page] == []


def test_the_commands_of_the_readme_are_the_commands() -> None:
    shown = set(re.findall(r"^\| `pipeline-assets ([\w-]+)", text_of("README.md"), re.MULTILINE))
    assert shown == set(typer.main.get_command(app).commands)  # type: ignore[attr-defined]


def test_every_key_that_is_read_from_a_file_is_described() -> None:
    described = set(re.findall(r"`(\w+)`", text_of("docs/snapshot-format.md")))
    header = {"company", "store_id", "scraped_date", "scraped_at", "store_name", "state"}
    assert {*RawProduct.__struct_fields__, *header} - described == set()


def test_every_block_has_a_language_and_notes_that_mean_something() -> None:
    assert [one.place for one in all_blocks() if one.language not in LANGUAGES] == []
    notes = [(one.place, note) for one in all_blocks() for note in one.notes]
    assert [(place, note) for place, note in notes if not note.startswith(tuple(NOTES))] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere_and_nothing_names_a_machine(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    targets = re.findall(r"\]\((?!https?:)([^)#]+)", text)
    assert [target for target in targets if not (page.parent / target).exists()] == []
    assert not re.search(r"/(root|home|work|tmp)/", text)


def test_every_check_has_its_row_with_its_asset_and_severity() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (.+?) \| (\w+)", text_of("docs/checks.md"), re.MULTILINE)
    documented = {
        (name, asset, severity)
        for name, assets, severity in rows
        for asset in re.findall(r"`(\w+)`", assets)
    }
    words = {Severity.WARN: "warning", Severity.ERROR: "error"}
    assert documented >= {
        (one.name, one.asset, words[one.severity]) for one in (*ALL_CHECKS, REFUSED_FILES)
    }


def test_the_settings_of_checks_are_named_where_checks_are_explained() -> None:
    page = text_of("docs/checks.md")
    settings = [name for name in Settings.model_fields if name.startswith(("check_", "fresh_"))]
    assert len(settings) > 5
    assert [name for name in settings if f"`PIPELINE_{name.upper()}`" not in page] == []
