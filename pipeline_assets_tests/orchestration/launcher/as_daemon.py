"""A process that launches a run of a file as the daemon does, and then waits to be killed.

Run with `python -m`, in a workplace: the arguments are its root and the file's name. It prints the
ids of the run, of its worker and of the server of forks.
"""

import sys
import time
from pathlib import Path

from pipeline_assets_tests.orchestration.launcher.launched import launch, worker
from pipeline_assets_tests.workplace import Workplace

if __name__ == "__main__":
    place = Workplace(Path(sys.argv[1]))
    run = launch(place, sys.argv[2])
    print(run.run_id, worker(run).pid, worker(run).ppid(), flush=True)
    time.sleep(600)
