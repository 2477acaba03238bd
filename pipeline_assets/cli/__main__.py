"""`python -m pipeline_assets.cli`."""

from pipeline_assets.cli import main

main()
