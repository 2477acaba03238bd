"""The settings of barcode enrichment, which are part of all settings."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings

from pipeline_assets.domain.retailers import PAGE_HOSTS
from pipeline_assets.setting_types import Days, Seconds, SessionSource


class EnrichmentSettings(BaseSettings):
    """Which pages are requested, how, and how long that is tried."""

    enrichment_hosts: str = Field(
        default=",".join(PAGE_HOSTS),
        description="hosts (https) or origins to request product pages from, separated by commas",
    )
    enrichment_session: SessionSource = Field(
        default="cookie_file", description="where sessions come from: `cookie_file` or `browser`"
    )
    enrichment_cookie_file: Path = Field(
        default=Path("cookies.txt"),
        description="cookie file in Netscape format; relative paths start in the data folder",
    )
    enrichment_browser: str = Field(
        default="", description="path to Chromium; if empty, the one found"
    )
    enrichment_browser_wait_s: Seconds = Field(
        default=300, gt=0, description="how long a browser waits for the shop's page"
    )
    enrichment_user_agent: str = Field(
        default="pipeline-assets/0.1 (price comparison; one page at a time)",
        min_length=1,
        description="how requests identify themselves to the shop; include a contact address",
    )
    enrichment_pause_s: Seconds = Field(default=1, description="pause between two requests")
    enrichment_page_timeout_s: Seconds = Field(
        default=30, gt=0, description="how long one page may take"
    )
    enrichment_max_page_bytes: int = Field(
        default=5 * 2**20, gt=0, description="largest page, uncompressed"
    )
    enrichment_attempts: int = Field(
        default=4, ge=1, description="how often an unavailable page is requested in all"
    )
    enrichment_back_off_s: Seconds = Field(
        default=1, description="longest wait before the first retry; doubles with each retry"
    )
    enrichment_max_retry_after_s: Seconds = Field(
        default=900,
        description="a file is halted if the server asks for a longer wait than this",
    )
    enrichment_max_renewals: int = Field(
        default=5,
        ge=1,
        description="a file is halted after this many session renewals without a finished row",
    )
    enrichment_renewal_wait_s: Seconds = Field(
        default=30, description="pause before a session is renewed again"
    )
    enrichment_max_unavailable: int = Field(
        default=20, ge=1, description="a file is halted after this many unavailable pages in a row"
    )
    enrichment_max_runtime_s: Seconds = Field(
        default=43_200, gt=0, description="an enrichment older than this counts as dead"
    )
    no_barcode_days: Days = Field(
        default=90, description="how long to remember that a page shows no barcode"
    )
