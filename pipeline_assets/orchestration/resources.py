"""How assets and sensors reach the data folder and the catalogue."""

from functools import lru_cache
from typing import Any

import dagster as dg
from pydantic import Field

from pipeline_assets.environment import settings_in_force
from pipeline_assets.errors import UsageError
from pipeline_assets.services.pipeline import Clock, Pipeline, utc_now
from pipeline_assets.settings import Settings


class PipelineResource(dg.ConfigurableResource[Pipeline]):
    """The data folder and its catalogue. A field that is not set comes from the environment.

    The UI shows the fields. A URL with a password is better left to the environment, or handed in
    as `dg.EnvVar`.
    """

    data_dir: str | None = Field(
        default=None, description="Folder of the inboxes, archive, quarantine."
    )
    catalogue_url: str | None = Field(
        default=None,
        description="SQLAlchemy URL of the catalogue; empty: catalogue.sqlite in the data folder.",
    )
    settings: dict[str, Any] = Field(
        default_factory=dict, description="Further settings by their names, such as settle_s."
    )
    # Dagster's types know a dependency, but not that its default is the value itself.
    clock: dg.ResourceDependency[Clock] = utc_now  # type: ignore[assignment]

    def open(self) -> Pipeline:
        """The pipeline, with folders created and catalogue migrated; checked once per process."""
        return _prepared(self.read_settings(), self.clock)

    def settings_or_defaults(self) -> Settings:
        """The same, or the defaults where a setting is invalid.

        For what is only shown: the graph loads all the same, and sensors and runs say what is
        wrong.
        """
        try:
            return self.read_settings()
        except UsageError:
            return Settings.model_construct()

    def read_settings(self) -> Settings:
        """The settings in force: from the fields, then the environment, then the defaults.

        Raises `UsageError` for an invalid value or an unknown setting.
        """
        fields = {"data_dir": self.data_dir, "catalogue_url": self.catalogue_url}
        given = {name: value for name, value in fields.items() if value is not None}
        return settings_in_force(**{**self.settings, **given})


@lru_cache(maxsize=4)
def _prepared(settings: Settings, clock: Clock) -> Pipeline:
    return Pipeline(settings, clock).prepare()
