"""The sensors of alerts as the daemon evaluates them, over a real instance and a real webhook.

The clock is the real one (Dagster's own times are) plus an offset that tests move.
"""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import dagster as dg

from pipeline_assets.orchestration.sensors import check_alert_sensor, run_failure_alert_sensor
from pipeline_assets.services.pipeline import utc_now
from pipeline_assets_tests.alerts.servers import Webhook
from pipeline_assets_tests.workplace import Workplace


class AlertTicks:
    """Both sensors, tick after tick; each has its cursor."""

    def __init__(self, place: Workplace, definitions: dg.Definitions | None = None) -> None:
        self.place = place
        self.hook = Webhook()
        self.instance = place.instance
        self.definitions = definitions
        self.offset = timedelta()
        self.cursors: dict[str, str | None] = {}
        self.settings: dict[str, Any] = {"alert_webhook": self.hook.url, "alert_timeout_s": 0.5}
        self.set()

    def set(self, **settings: Any) -> None:
        """Change settings of the place."""
        self.settings |= settings
        self.place.change(settings=self.settings, clock=lambda: utc_now() + self.offset)

    def later(self, **time: float) -> None:
        """Let time pass."""
        self.offset += timedelta(**time)

    def runs(self) -> str:
        """A tick of the sensor of failed runs; returns what it says."""
        return self._tick(run_failure_alert_sensor)

    def checks(self) -> str:
        """A tick of the sensor of failing checks; returns what it says."""
        return self._tick(check_alert_sensor)

    def cursor(self, sensor: str) -> dict[str, Any]:
        """What a sensor remembers."""
        found = json.loads(self.cursors[sensor] or "{}")
        assert isinstance(found, dict)
        return found

    def told(self) -> list[str]:
        """The titles of what the webhook got."""
        return [text.split("*")[1].removeprefix("pipeline-assets: ") for text in self.hook.texts]

    def report(
        self, asset: str, check: str, cause: str | None, description: str = "Do something."
    ) -> None:
        """An evaluation of a check, as a run would report it; without a cause, it passes."""
        self.instance.report_runless_asset_event(
            dg.AssetCheckEvaluation(
                asset_key=dg.AssetKey(asset),
                check_name=check,
                passed=cause is None,
                severity=dg.AssetCheckSeverity.WARN,
                description=description,
                metadata={} if cause is None else {"cause": cause},
            )
        )

    def _tick(self, sensor: dg.SensorDefinition) -> str:
        with dg.build_sensor_context(
            instance=self.instance,
            cursor=self.cursors.get(sensor.name),
            resources={"pipeline": self.place.resource},
            definitions=self.definitions,
        ) as context:
            result = sensor.evaluate_tick(context)
        assert not result.run_requests
        self.cursors[sensor.name] = result.cursor
        assert result.skip_message is not None
        return result.skip_message


def with_checks(*names: str, asset: str = "processed_products") -> dg.Definitions:
    """A graph of one asset with these checks; evaluations of them are reported by tests."""

    @dg.multi_asset_check(specs=[dg.AssetCheckSpec(name, asset=asset) for name in names])
    def checked() -> Iterator[dg.AssetCheckResult]:
        for name in names:
            yield dg.AssetCheckResult(passed=True, check_name=name, asset_key=asset)

    return dg.Definitions(assets=[dg.AssetSpec(asset)], asset_checks=[checked])
