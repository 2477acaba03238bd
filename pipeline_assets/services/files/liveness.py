"""How the record of attempts names a process, and whether that process is still alive."""

import os
import socket
from datetime import datetime
from functools import lru_cache

import psutil

from pipeline_assets.domain.files.attempts import Attempt
from pipeline_assets.domain.files.recovery import has_died
from pipeline_assets.inbox.folders import Inbox


@lru_cache(maxsize=1)
def _own(process_id: int) -> str:
    started = int(psutil.Process(process_id).create_time())
    return f"{socket.gethostname()}/{process_id}/{started}"


def this_process() -> str:
    """This process as host/process id/start second: process ids are reused."""
    return _own(os.getpid())


def is_alive(process: str | None) -> bool | None:
    """Whether a process is alive; None if that cannot be determined from here."""
    try:
        host, process_id, started = (process or "").rsplit("/", 2)
    except ValueError:
        return None
    if host != socket.gethostname():
        return None
    try:
        found = psutil.Process(int(process_id))
        is_running = found.status() != psutil.STATUS_ZOMBIE
        return is_running and int(found.create_time()) == int(started)
    except psutil.NoSuchProcess:
        return False


def is_dead(attempt: Attempt, inbox: Inbox, now: datetime) -> bool:
    """Whether the process that began this attempt is gone, or must be assumed gone."""
    return has_died(attempt, is_alive(attempt.process), inbox.max_work_s, now)
