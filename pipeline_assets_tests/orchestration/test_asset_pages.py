"""Each asset explains itself, and the graph opens as groups that lead to one another in one way."""

from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from pipeline_assets.catalogue.column_descriptions import described_columns
from pipeline_assets.definitions import build_defs
from pipeline_assets_tests.workplace import PROJECT_ROOT

GROUPS = {
    "barcode_enrichment": {"barcode_enrichment_inbox", "enriched_barcodes"},
    "product_update": {"product_inbox", "processed_products", "store_prices"},
    "handled_files": {"archive", "quarantine"},
    "published": {"translation_tables"},
}
NAMES = sorted(
    key.to_user_string() for key in build_defs().resolve_asset_graph().get_all_asset_keys()
)


def nodes(definitions: dg.Definitions | None = None) -> dict[str, Any]:
    """The graph's nodes by name."""
    graph = (definitions or build_defs()).resolve_asset_graph()
    return {node.key.to_user_string(): node for node in graph.asset_nodes}


def leads_to(found: dict[str, Any]) -> dict[str, set[str]]:
    """Each group, and the groups that it depends on: what Dagster draws while all are collapsed."""
    arrows: dict[str, set[str]] = {node.group_name: set() for node in found.values()}
    for node in found.values():
        parents = {found[key.to_user_string()].group_name for key in node.parent_keys}
        arrows[node.group_name] |= parents - {node.group_name}
    return arrows


def test_the_collapsed_groups_lead_to_one_another_without_a_circle() -> None:
    arrows = leads_to(nodes())
    TopologicalSorter(arrows).prepare()
    assert arrows["product_update"] == {"barcode_enrichment"}
    assert arrows["post_processing"] == {"product_update"}
    assert arrows["handled_files"] == {"barcode_enrichment", "product_update"}


def test_a_circle_of_groups_would_be_noticed() -> None:
    specs = [
        dg.AssetSpec("arriving", group_name="inboxes"),
        dg.AssetSpec("work", group_name="work", deps=["arriving"]),
        dg.AssetSpec("done", group_name="inboxes", deps=["work"]),
    ]
    with pytest.raises(CycleError):
        TopologicalSorter(leads_to(nodes(dg.Definitions(specs)))).prepare()


def test_what_lies_in_folders_is_there_as_it_is_and_in_its_group() -> None:
    found = nodes()
    for group, names in GROUPS.items():
        assert names <= {name for name, node in found.items() if node.group_name == group}
    for name in ("product_inbox", "barcode_enrichment_inbox", "archive", "quarantine"):
        assert found[name].is_external
        assert found[name].kinds == {"file"}
        assert f"`{name}/" in found[name].description
    assert found["translation_tables"].kinds == {"file", "json"}
    assert "it would be a circle" in found["enriched_barcodes"].description


@pytest.mark.parametrize("name", NAMES)
def test_an_asset_says_what_it_is_who_looks_after_it_and_where_to_read_on(name: str) -> None:
    node = nodes()[name]
    assert len(node.description) > 60
    assert node.description.endswith(".")
    assert node.owners == ["team:catalogue"]
    assert node.kinds
    assert node.tags["pipeline/subject"]
    page, _, anchor = node.metadata["documentation"].value.partition("#")
    assert page.startswith(str(PROJECT_ROOT / "docs"))
    headings = [
        line.lstrip("# ").lower().replace(" ", "-")
        for line in Path(page).read_text("utf-8").splitlines()
        if line.startswith("#")
    ]
    assert not anchor or anchor in headings
    (code,) = node.metadata["dagster/code_references"].code_references
    assert Path(code.file_path).is_relative_to(PROJECT_ROOT / "pipeline_assets")
    if "sql" in node.kinds:
        table = node.metadata["dagster/table_name"]
        shown = node.metadata["dagster/column_schema"].columns
        described = described_columns(table)
        assert [(one.name, one.description) for one in shown] == [
            (one.name, one.description) for one in described
        ]
        assert [one.constraints.nullable for one in shown] == [one.is_nullable for one in described]


def test_the_code_shown_is_the_function_that_does_the_work() -> None:
    for name, function in {
        "reconciled_groups": "def reconcile_groups(",
        "store_prices": "@dg.multi_asset(",
        "enriched_barcodes": "@dg.asset(",
    }.items():
        (code,) = nodes()[name].metadata["dagster/code_references"].code_references
        line = Path(code.file_path).read_text("utf-8").splitlines()[code.line_number - 1]
        assert line.startswith(function), name


def test_owners_and_the_codes_address_are_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIPELINE_OWNERS", "ann@example.org, team:prices")
    monkeypatch.setenv("PIPELINE_CODE_URL", "https://code.example.org/it/blob/main/")
    node = nodes()["reconciled_groups"]
    assert node.owners == ["ann@example.org", "team:prices"]
    base = "https://code.example.org/it/blob/main"
    assert (
        node.metadata["documentation"].value == f"{base}/docs/post-processing.md#reconciled_groups"
    )
    (code,) = node.metadata["dagster/code_references"].code_references
    path, _, line = code.url.partition("#L")
    assert path == f"{base}/pipeline_assets/services/post_processing/groups.py"
    assert int(line) > 1


@pytest.mark.parametrize(
    ("name", "value"),
    [("PIPELINE_OWNERS", "the boss"), ("PIPELINE_OWNERS", ","), ("PIPELINE_SETTLE_S", "abc")],
)
def test_the_graph_loads_with_wrong_settings_so_that_sensors_can_say_so(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    assert nodes()["product_inbox"].owners == ["team:catalogue"]
