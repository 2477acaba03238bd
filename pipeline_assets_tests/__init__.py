"""The tests: a module for each module of `pipeline_assets`."""
