"""Builds from the settings what requests pages from the shop."""

from pipeline_assets import stopping
from pipeline_assets.domain.retailers import retailer_of
from pipeline_assets.domain.snapshots.header import Header
from pipeline_assets.enrichment.browser import BrowserSessions
from pipeline_assets.enrichment.fetching import FetchLimits, PageFetcher
from pipeline_assets.enrichment.looking_up import Patience
from pipeline_assets.enrichment.origins import AllowList
from pipeline_assets.enrichment.pacing import Pacer
from pipeline_assets.enrichment.sessions import CookieFile, Sessions
from pipeline_assets.settings import Settings


def page_fetcher(settings: Settings) -> PageFetcher:
    """Requests pages within the settings' limits; close it after use."""
    limits = FetchLimits(
        timeout_s=settings.enrichment_page_timeout_s,
        max_bytes=settings.enrichment_max_page_bytes,
        attempts=settings.enrichment_attempts,
        back_off_s=settings.enrichment_back_off_s,
        max_retry_after_s=settings.enrichment_max_retry_after_s,
    )
    pacer = Pacer(settings.enrichment_pause_s, stopping.sleep)
    agent = settings.enrichment_user_agent
    return PageFetcher(AllowList.parse(settings.enrichment_hosts), pacer, limits, agent)


def sessions_for(settings: Settings, header: Header) -> Sessions:
    """The source of sessions that the settings name, for one store's file."""
    if settings.enrichment_session == "cookie_file":
        return CookieFile(settings.cookie_path)
    return BrowserSessions(
        AllowList.parse(settings.enrichment_hosts),
        retailer_of(header.company).cookies_for(header.store_id),
        settings.enrichment_user_agent,
        settings.enrichment_browser_wait_s,
        settings.enrichment_browser,
        stopping.check,
    )


def patience(settings: Settings) -> Patience:
    """When to give up."""
    return Patience(
        settings.enrichment_max_renewals,
        settings.enrichment_max_unavailable,
        settings.enrichment_renewal_wait_s,
    )
