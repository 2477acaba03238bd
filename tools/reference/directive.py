"""A directive of Sphinx that puts a part of the reference into a page: `{reference} settings`."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from tools.reference.assets import assets, checks, jobs, sensors
from tools.reference.commands import commands
from tools.reference.relations import tables, views
from tools.reference.settings import settings

PARTS: Mapping[str, Callable[[], str]] = {
    "settings": settings,
    "tables": tables,
    "views": views,
    "assets": assets,
    "checks": checks,
    "jobs": jobs,
    "sensors": sensors,
    "commands": commands,
}


class Reference(SphinxDirective):
    """Puts in place what one of `PARTS` makes from the code."""

    required_arguments: ClassVar[int] = 1

    def run(self) -> list[Any]:
        """The part as nodes, its headings as sections of the page."""
        name = self.arguments[0]
        if name not in PARTS:
            raise self.error(f"There is no part {name!r}; there are {', '.join(PARTS)}.")
        return self.parse_text_to_nodes(PARTS[name](), allow_section_headings=True)


def setup(app: Sphinx) -> dict[str, Any]:
    """Called by Sphinx."""
    app.add_directive("reference", Reference)
    return {"parallel_read_safe": True}
