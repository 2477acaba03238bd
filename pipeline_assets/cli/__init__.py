"""The command line `pipeline-assets`; `app` gathers the commands, `main` runs them."""

from pipeline_assets.cli.app import app, main

__all__ = ["app", "main"]
