"""Scrape files in, one catalogue of products and prices out.

Data flows one way, and the folders show it: `inbox` finds, reads and files away what scrapers drop;
`domain` turns that and what is already known into a plan, with pure functions; `catalogue` holds
every line of SQL and applies a plan in one transaction; `enrichment` requests product pages from
shops; `services` joins them into use cases. `orchestration` and `definitions` are a thin Dagster
shell around the services, and `cli` holds the commands. The domain knows neither Dagster nor SQL.

`Catalogue` is the door for those who only ask: `from pipeline_assets import Catalogue`. It is
imported when it is asked for, as it needs pandas.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipeline_assets.frames.catalogue import Catalogue

__all__ = ["Catalogue"]


def __getattr__(name: str) -> Any:
    if name != "Catalogue":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from pipeline_assets.frames.catalogue import Catalogue

    return Catalogue
