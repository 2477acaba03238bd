"""How Sphinx builds the site of these pages; `make docs` runs it. See decision 0029."""

import sys
from importlib import metadata
from pathlib import Path

from sphinx.application import Sphinx

_DOCS = Path(__file__).resolve().parent
sys.path.insert(0, str(_DOCS.parent))  # for `tools`

project = "pipeline-assets"
version = release = metadata.version("pipeline-assets")
copyright = ""
extensions = ["myst_parser", "tools.reference.directive"]
source_suffix = {".md": "markdown"}
root_doc = "index"
nitpicky = True

# Pages are read where the code is hosted, too: plain Markdown, with anchors of the same names.
myst_heading_anchors = 4
myst_enable_extensions = ["attrs_inline"]
myst_links_external_new_tab = False

html_theme = "furo"
html_title = "pipeline-assets"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_show_copyright = False
html_show_sphinx = False
html_copy_source = False
html_show_sourcelink = False
html_show_search_summary = False  # it is fetched, which a browser does not do for files
pygments_style = "default"
pygments_dark_style = "github-dark"

_DECISIONS = """

```{toctree}
:hidden:
:glob:
0*
```
"""


def complete_navigation(_: Sphinx, docname: str, source: list[str]) -> None:
    """Add every decision below their list, which is also read where no site is built."""
    if docname == "decisions/README":
        source[0] += _DECISIONS


def setup(app: Sphinx) -> None:
    """Called by Sphinx."""
    app.connect("source-read", complete_navigation)
