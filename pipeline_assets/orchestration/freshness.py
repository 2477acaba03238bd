"""How old an asset may become before Dagster shows it as not fresh.

Files come every day, so what is made of them is made every day. Enrichment has no such rhythm, and
no policy. Dagster knows assets, not stores: of those, check `stale_stores` speaks.
"""

from collections.abc import Iterable
from datetime import timedelta

import dagster as dg

from pipeline_assets.errors import PipelineError
from pipeline_assets.orchestration.names import POST_PROCESSING, PRODUCT_UPDATE
from pipeline_assets.orchestration.resources import PipelineResource
from pipeline_assets.settings import Settings

_DAILY = frozenset({PRODUCT_UPDATE, POST_PROCESSING})


def with_freshness(
    assets: Iterable[dg.AssetsDefinition | dg.AssetSpec], pipeline: PipelineResource
) -> list[dg.AssetsDefinition | dg.AssetSpec]:
    """The assets; those that are made every day have a freshness policy."""
    policy = _policy(pipeline)

    def daily(spec: dg.AssetSpec) -> dg.AssetSpec:
        is_daily = spec.group_name in _DAILY
        return spec.replace_attributes(freshness_policy=policy) if is_daily else spec

    return list(dg.map_asset_specs(daily, assets))


def _policy(pipeline: PipelineResource) -> dg.FreshnessPolicy:
    warn, fail = (timedelta(hours=hours) for hours in _windows(pipeline))
    return dg.FreshnessPolicy.time_window(fail, warn if warn < fail else None)


def _windows(pipeline: PipelineResource) -> tuple[float, float]:
    """The hours until a warning and until an asset is not fresh; the defaults where unreadable.

    An invalid setting is reported where settings are used; the graph can be shown all the same.
    """
    try:
        settings = pipeline.read_settings()
    except (ValueError, PipelineError):
        fields = Settings.model_fields
        return fields["fresh_warn_hours"].default, fields["fresh_fail_hours"].default
    return settings.fresh_warn_hours, settings.fresh_fail_hours
