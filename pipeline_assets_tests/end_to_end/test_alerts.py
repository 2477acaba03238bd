"""Alerts as operators get them: the daemon's sensors find what is wrong and send it."""

import pytest

from pipeline_assets_tests.alerts.servers import Webhook
from pipeline_assets_tests.end_to_end.dagster_dev import Ui, dagster_dev, eventually
from pipeline_assets_tests.workplace import Workplace

TICKS = """
{sensorOrError(sensorSelector: {
  repositoryLocationName: "pipeline_assets", repositoryName: "__repository__",
  sensorName: "run_failure_alert_sensor"
}) {... on Sensor {sensorState {ticks(limit: 20) {status skipReason error {message}}}}}}
"""
LAUNCH = """
mutation ($config: RunConfigData!) {
  launchRun(executionParams: {
    selector: {repositoryLocationName: "pipeline_assets", repositoryName: "__repository__",
               pipelineName: "product_update"},
    runConfigData: $config, mode: "default"
  }) {__typename ... on LaunchRunSuccess {run {runId}}}
}
"""


def test_a_run_that_fails_is_told_by_the_daemon_once_the_webhook_is_up(
    workplace: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert workplace.pipeline
    hook = Webhook()  # it is down at first
    log = workplace.root / "dev.log"
    monkeypatch.setenv("PIPELINE_ALERT_WEBHOOK", hook.url)
    monkeypatch.setenv("PIPELINE_UI_URL", "http://ui")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with dagster_dev(workplace.home, log) as ui:
        eventually(lambda: ticks(ui), 90, log)
        config = {"ops": {"ingest_file": {"config": {"file": "folder/nobody.jsonl"}}}}
        run_id = ui.ask(LAUNCH, config=config)["launchRun"]["run"]["runId"]
        eventually(lambda: ticks(ui, "1 alert raised"), 90, log)
        with hook.up():
            eventually(lambda: hook.texts, 150, log)
        assert [one for one in ticks(ui) if one["error"]] == []
    (text,) = hook.texts
    assert text.startswith("*pipeline-assets: a run of product_update failed: ")
    assert text.endswith(f"\nhttp://ui/runs/{run_id}")
    assert "nobody.jsonl" in text


def ticks(ui: Ui, said: str = "") -> list[dict[str, str]]:
    """The ticks of the sensor that said this."""
    found = ui.ask(TICKS)["sensorOrError"]["sensorState"]["ticks"]
    return [one for one in found if said in (one["skipReason"] or "")]
