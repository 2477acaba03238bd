"""The documentation is true: queries run, names exist, tables are complete."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import typer

from pipeline_assets.catalogue.schema import metadata
from pipeline_assets.cli.app import app
from pipeline_assets.domain.products.reasons import Reason
from pipeline_assets.domain.snapshots.acceptance import REASONS
from pipeline_assets.sample.generator import sample_files
from pipeline_assets.services.checks.all_checks import ALL_CHECKS
from pipeline_assets.services.checks.check import Severity
from pipeline_assets.services.checks.refused import REFUSED_FILES
from pipeline_assets.services.post_processing.steps import STEPS
from pipeline_assets.settings import Settings
from pipeline_assets_tests.workplace import PROJECT_ROOT, Workplace

DOCS = PROJECT_ROOT / "docs"
PAGES = [PROJECT_ROOT / "README.md", PROJECT_ROOT / "CONTRIBUTING.md", *DOCS.rglob("*.md")]
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


def queries() -> Iterator[tuple[str, str]]:
    """Every SQL block of the documentation, with a name to show."""
    for page in PAGES:
        found = re.findall(r"```sql\n(.+?)```", page.read_text("utf-8"), re.DOTALL)
        for number, query in enumerate(found, 1):
            yield f"{page.name} {number}", query.strip().rstrip(";")


@pytest.fixture(scope="module")
def sampled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workplace]:
    """A catalogue that holds the sample, post-processed."""
    with Workplace.create(tmp_path_factory.mktemp("docs")) as place:
        for file in sample_files(date.today()):  # noqa: DTZ011 - any day will do
            if file.inbox == "product_inbox":
                place.take(file.name, file.content)
        assert len(place.post_process()) == len(STEPS)
        yield place


@pytest.mark.parametrize(("name", "query"), list(queries()))
def test_a_query_of_the_documentation_runs_and_finds_rows(
    name: str, query: str, sampled: Workplace
) -> None:
    rows = sampled.rows(query)
    if "product_merges" not in query:  # the sample's files are settled without any merge
        assert rows, name


def test_every_reason_is_explained() -> None:
    page = text_of("docs/product-update.md")
    assert [reason for reason in (*REASONS, *ROW_REASONS) if f"`{reason}`" not in page] == []
    operators = text_of("docs/post-processing.md")
    assert [reason for reason in Reason if f"`{reason}`" not in operators] == []
    assert [step.name for step in STEPS if f"### {step.name}" not in operators] == []


def test_every_table_is_named() -> None:
    page = text_of("docs/catalogue.md")
    assert [name for name in metadata.tables if f"`{name}`" not in page] == []


def test_the_settings_are_all_there_with_their_defaults() -> None:
    rows = dict(
        re.findall(r"\| `((?:PIPELINE|CATALOGUE)_\w+)` \| ([^|]+) \|", text_of("README.md"))
    )
    expected = {}
    for name, field in Settings.model_fields.items():
        variable = field.validation_alias or f"PIPELINE_{name.upper()}"
        expected[str(variable)] = field.default
    assert rows.keys() == expected.keys()
    for variable, default in expected.items():
        if default not in ("", None):
            shown = rows[variable].strip().strip("`")
            assert shown in (str(default), f"{default:g}" if isinstance(default, float) else shown)
            assert type(default)(shown) == default


def test_the_commands_of_the_readme_are_the_commands() -> None:
    shown = set(re.findall(r"^\| `pipeline-assets ([\w-]+)", text_of("README.md"), re.MULTILINE))
    assert shown == set(typer.main.get_command(app).commands)  # type: ignore[attr-defined]


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
