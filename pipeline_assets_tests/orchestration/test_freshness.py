"""Freshness: which assets have a policy, from which settings, and that Dagster evaluates it."""

from datetime import timedelta

import dagster as dg
import pytest

from pipeline_assets.definitions import build_defs
from pipeline_assets.orchestration.resources import PipelineResource
from pipeline_assets.services.post_processing.steps import STEPS
from pipeline_assets_tests.workplace import Workplace


def policies(definitions: dg.Definitions) -> dict[str, dg.FreshnessPolicy | None]:
    """The freshness policy of each asset."""
    graph = definitions.resolve_asset_graph()
    return {
        key.to_user_string(): graph.get(key).freshness_policy for key in graph.get_all_asset_keys()
    }


def test_what_is_made_of_every_days_files_has_a_policy_and_nothing_else(
    workplace: Workplace,
) -> None:
    found = policies(workplace.definitions)
    a_day = dg.FreshnessPolicy.time_window(timedelta(hours=36), timedelta(hours=26))
    daily = {"processed_products", "store_prices", *(step.name for step in STEPS)}
    assert {name for name, policy in found.items() if policy == a_day} >= daily
    without = {name for name, policy in found.items() if policy is None}
    assert without >= {"product_inbox", "barcode_enrichment_inbox", "enriched_barcodes"}


def test_the_windows_are_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIPELINE_FRESH_WARN_HOURS", "2.5")
    monkeypatch.setenv("PIPELINE_FRESH_FAIL_HOURS", "50")
    expected = dg.FreshnessPolicy.time_window(timedelta(hours=50), timedelta(hours=2.5))
    assert policies(build_defs())["store_prices"] == expected


def test_a_warning_that_would_come_after_the_failure_is_left_out() -> None:
    settings = {"fresh_warn_hours": 48, "fresh_fail_hours": 24}
    expected = dg.FreshnessPolicy.time_window(timedelta(hours=24))
    assert policies(build_defs(PipelineResource(settings=settings)))["store_prices"] == expected


def test_an_invalid_setting_does_not_keep_the_graph_from_being_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PIPELINE_SETTLE_S", "soon")
    assert policies(build_defs())["store_prices"] is not None


def test_the_projects_own_configuration_has_freshness_evaluated(workplace: Workplace) -> None:
    assert "FRESHNESS_DAEMON" in workplace.instance.get_required_daemon_types()
