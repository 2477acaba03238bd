"""How old an asset may become before Dagster shows it as not fresh.

Files come every day, so what is made of them is made every day. Enrichment has no such rhythm, and
no policy. Dagster knows assets, not stores: of those, check `stale_stores` speaks.
"""

from collections.abc import Iterable
from datetime import timedelta

import dagster as dg

from pipeline_assets.inbox.folders import PRODUCT_INBOX
from pipeline_assets.orchestration.asset_pages import Explicable
from pipeline_assets.orchestration.names import POST_PROCESSING, PRODUCT_UPDATE
from pipeline_assets.settings import Settings

_DAILY = frozenset({PRODUCT_UPDATE, POST_PROCESSING})
# Nothing here makes the inbox; how long files wait in it, check `waiting_files` says.
_INBOX = dg.AssetKey(PRODUCT_INBOX)


def with_freshness(assets: Iterable[Explicable], settings: Settings) -> list[Explicable]:
    """The assets; those that are made every day have a freshness policy."""
    policy = _policy(settings)

    def daily(spec: dg.AssetSpec) -> dg.AssetSpec:
        is_daily = spec.group_name in _DAILY and spec.key != _INBOX
        return spec.replace_attributes(freshness_policy=policy) if is_daily else spec

    return list(dg.map_asset_specs(daily, assets))


def _policy(settings: Settings) -> dg.FreshnessPolicy:
    warn = timedelta(hours=settings.fresh_warn_hours)
    fail = timedelta(hours=settings.fresh_fail_hours)
    return dg.FreshnessPolicy.time_window(fail, warn if warn < fail else None)
