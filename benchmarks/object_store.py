"""Measures looks into large inboxes: a tick of the sensor on folders and on an object store.

Run with `python -m benchmarks.object_store`. The store is a real S3 server on the loopback; the
requests to it are counted by a relay in front of it. `--files` wait in each inbox; a further prefix
has `--listed` objects, which are only listed.
"""

import argparse
import os
import resource
import socket
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import dagster as dg
import obstore
import pytest

from benchmarks.figures import Figure, show
from pipeline_assets.inbox.object_files import ObjectFiles
from pipeline_assets.inbox.object_urls import parse_object_url
from pipeline_assets.orchestration.sensors.product_inbox import product_inbox_sensor
from pipeline_assets_tests.conftest import enter
from pipeline_assets_tests.object_stores import Bucket, running_object_server
from pipeline_assets_tests.workplace import Workplace, row

_TICKS = 10


class CountingRelay:
    """Hands bytes on to a server, and counts the requests in them."""

    def __init__(self, address: str) -> None:
        host, _, port = address.rpartition("//")[2].partition(":")
        self._server = (host, int(port))
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.requests = 0
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def close(self) -> None:
        """Take no further connection."""
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection(self._server)
                for source, target, counts in ((client, server, True), (server, client, False)):
                    threading.Thread(
                        target=self._relay, args=(source, target, counts), daemon=True
                    ).start()

    def _relay(self, source: socket.socket, target: socket.socket, counts: bool) -> None:
        with suppress(OSError):
            while piece := source.recv(2**16):
                if counts:
                    self.requests += piece.count(b" HTTP/1.1\r\n")
                target.sendall(piece)
        with suppress(OSError):
            target.shutdown(socket.SHUT_WR)


def main() -> None:
    """Fill the inboxes, tick, list, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--files", type=int, default=5_000, help="files in each inbox")
    parser.add_argument("--listed", type=int, default=20_000, help="objects that are listed")
    wanted = parser.parse_args()
    figures: list[Figure] = []
    with (
        tempfile.TemporaryDirectory() as folder,
        running_object_server(_made(Path(folder, "server"))) as server,
        pytest.MonkeyPatch.context() as patch,
    ):
        relay = CountingRelay(server.address)
        bucket = replace(server.new_bucket(), address=relay.address)
        for name, place in (
            ("folders", Workplace.create(_made(Path(folder, "folders")))),
            ("objects", Workplace.create(_made(Path(folder, "objects")))),
        ):
            place.bucket = bucket if name == "objects" else None
            with enter(place, patch):
                fill(place, wanted.files)
                figures += ticks(name, place, relay)
        figures += listing(replace(bucket, prefix="listed"), relay, wanted.listed)
        relay.close()
    show(figures)


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def fill(place: Workplace, files: int) -> None:
    """One small first snapshot each of so many stores."""
    with _threads() as threads:
        list(
            threads.map(
                lambda number: place.drop(f"s{number:05}.jsonl", [row(store_id=f"S{number}")]),
                range(files),
            )
        )


def ticks(name: str, place: Workplace, relay: CountingRelay) -> list[Figure]:
    """Ticks of the sensor, one after the other, without taking what they ask for."""
    seconds: list[float] = []
    requests: list[float] = []
    memory: list[float] = []
    cursor: str | None = None
    assert place.pipeline
    known = False
    while len(seconds) < _TICKS:
        before, begun = relay.requests, time.perf_counter()
        with dg.build_sensor_context(
            instance=place.instance, cursor=cursor, resources={"pipeline": place.resource}
        ) as context:
            data = product_inbox_sensor.evaluate_tick(context)
        if not known:  # the first ticks read the headers, so many at a time
            known = bool(data.run_requests)
            name_of = "tick that reads headers" if not known else "first tick that requests runs"
            print(f"{name}: {name_of}: {time.perf_counter() - begun:.2f} s", flush=True)
            cursor = data.cursor
            continue
        seconds.append(time.perf_counter() - begun)
        requests.append(float(relay.requests - before))
        memory.append(_resident_mb())
        cursor = data.cursor
    return [
        Figure(measure=f"{name}: a tick", unit="s", readings=tuple(seconds)),
        Figure(measure=f"{name}: requests of a tick", unit="", readings=tuple(requests)),
        Figure(measure=f"{name}: memory after each", unit="MB", readings=tuple(memory)),
    ]


def listing(bucket: Bucket, relay: CountingRelay, objects: int) -> list[Figure]:
    """One listing of so many objects."""
    client = bucket.client()
    with _threads() as threads:
        names = (f"product_inbox/s{number:05}.jsonl" for number in range(objects))
        list(threads.map(lambda name: obstore.put(client, name, b"{}"), names))
    files = ObjectFiles(parse_object_url(bucket.url), 10**9)
    before, begun = relay.requests, time.perf_counter()
    assert len(files.look(files.root / "product_inbox").files) == objects
    took, requests = time.perf_counter() - begun, relay.requests - before
    return [
        Figure(measure=f"listing {objects:,} objects", unit="s", readings=(took,)),
        Figure(measure="requests of it", unit="", readings=(float(requests),)),
    ]


@contextmanager
def _threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(16) as threads:
        yield threads


def _resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


if __name__ == "__main__":
    os.environ.pop("PIPELINE_FILES_URL", None)
    main()
