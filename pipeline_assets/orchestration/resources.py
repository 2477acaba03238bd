"""How assets and sensors reach the data folder and the catalogue."""

from functools import lru_cache

import dagster as dg

from pipeline_assets.services.pipeline import Pipeline
from pipeline_assets.settings import Settings


class PipelineResource(dg.ConfigurableResource[Pipeline]):
    """The data folder and its catalogue, as the environment's settings name them."""

    def open(self) -> Pipeline:
        """The pipeline, its folders made and its catalogue migrated; checked once per process."""
        return _prepared(Settings())


@lru_cache(maxsize=4)
def _prepared(settings: Settings) -> Pipeline:
    return Pipeline(settings).prepare()
