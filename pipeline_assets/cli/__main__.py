"""`python -m pipeline_assets.cli`."""

from pipeline_assets.cli.app import main

main()
