"""Commands that the documentation shows and that its tests do not run, each with the reason."""

import re
from collections.abc import Mapping

NOT_RUN: Mapping[str, str] = {
    r"make dev\b.*": "goes on until it is stopped; end_to_end/test_make_dev.py starts it",
    r"make (test|test-fast|test-pythons|check-ratios)\b.*": "runs the tests, this one among them",
    r"make (lint|format|hooks)\b.*": "works on the clone that the tests are in",
    r"make (bench|pictures)\b.*": "takes minutes; CONTRIBUTING.md lists it for developers",
    r"\.venv/bin/python -m benchmarks\..*": "measures for minutes",
    r"make docs\b.*": "docs/test_site.py builds the site",
    r"dagster-(webserver|daemon) .*": "goes on until it is stopped; end_to_end starts both",
    r"dagster code-server start .*": "goes on until it is stopped; end_to_end starts one",
    r"celery -A .* worker .*": "goes on until it is stopped; end_to_end/test_workers.py starts it",
    r"mariadb-dump .*": "end_to_end/test_mariadb.py dumps and loads a catalogue",
    r"(docker|helm|kubectl) .*": "needs a cluster; kubernetes/ validates what it would be given",
    r"datasette serve .*": "goes on until it is stopped; docs/test_datasette.py starts it",
    r"tar .*": "packs the folder that the reader names",
    r"pipeline-assets alert --test": "sends messages; test_cli_alert.py has servers for them",
    r".venv/bin/python -m training .*": "replaces the model; test_training.py trains one",
    r"git .*": "makes and pushes a tag",
}


def reason_not_to_run(command: str) -> str | None:
    """Why this command is not run; None if it is."""
    for pattern, reason in NOT_RUN.items():
        if re.fullmatch(pattern, command.strip()):
            return reason
    return None
