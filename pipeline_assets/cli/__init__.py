"""The command line `pipeline-assets`; `app` gathers the commands, `main` runs them."""

from pipeline_assets.cli.entry import main

__all__ = ["main"]
