"""A real S3 server on the loopback for tests: SeaweedFS, started and ended by process id."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from pathlib import Path
from urllib.parse import quote

import httpx
import obstore
from obstore import sign
from obstore.store import S3Store

from pipeline_assets_tests.processes import end, free_ports, wait_until

START_S = 60
_KEY, _SECRET = "tests", "secret-of-the-tests"
_BUCKET = "files"
_NUMBERS = count(1)
_PORTS = ("master.port", "volume.port", "filer.port", "s3.port")


class ObjectServer:
    """An S3 server with its data in a temporary folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self.port = 0

    @property
    def address(self) -> str:
        """Where it is reached."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it and wait until it answers."""
        ports = free_ports(2 * len(_PORTS))
        self.port = ports[_PORTS.index("s3.port")]
        named = [*_PORTS, *(f"{name}.grpc" for name in _PORTS)]
        config = self._folder / "s3.json"
        keys = [{"accessKey": _KEY, "secretKey": _SECRET}]
        who = {"name": "tests", "credentials": keys, "actions": ["Admin"]}
        config.write_text(json.dumps({"identities": [who]}))
        with (self._folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                [
                    str(Path(sys.executable).with_name("weed")),
                    "server",
                    f"-dir={self._folder}",
                    "-ip=127.0.0.1",
                    "-ip.bind=127.0.0.1",
                    "-filer",
                    "-s3",
                    "-master.telemetry=false",
                    "-master.volumeSizeLimitMB=64",
                    "-volume.max=200",
                    "-volume.preStopSeconds=0",
                    "-s3.iam=false",
                    "-s3.port.iceberg=0",
                    "-s3.port.lance=0",
                    f"-s3.config={config}",
                    f"-filer.localSocket={self._folder / 'filer.sock'}",
                    *(f"-{name}={port}" for name, port in zip(named, ports, strict=True)),
                ],
                cwd=self._folder,
                stdout=log,
                stderr=log,
            )
        log_file = self._folder / "server.log"
        wait_until(self._has_bucket, START_S, lambda: log_file.read_text()[-3000:])

    def stop(self, how: int = signal.SIGKILL) -> None:
        """End it, at once: in order, it takes ten seconds, and nobody needs its data any more."""
        end(self._process, how)
        self._process = None

    def new_bucket(self) -> "Bucket":
        """A new, empty prefix of the one bucket: each bucket would take room of its own."""
        return Bucket(self.address, _BUCKET, f"tests/{os.getpid()}-{next(_NUMBERS)}")

    def _has_bucket(self) -> bool:
        """Make the bucket; whether the server was ready for it."""
        bucket = Bucket(self.address, _BUCKET, "")
        # Without the prefix, the empty key is that of the bucket.
        url = sign(bucket.client(""), "PUT", "", timedelta(minutes=1))
        try:
            return httpx.put(url).status_code == 200
        except httpx.HTTPError:
            return False


@dataclass(frozen=True)
class Bucket:
    """A bucket and a prefix in it, as a test looks into it; names are relative to the prefix."""

    address: str
    name: str
    prefix: str

    @property
    def url(self) -> str:
        """Its URL."""
        return f"s3://{self.name}/{self.prefix}"

    @property
    def variables(self) -> dict[str, str]:
        """The environment with which a process works on it."""
        return {
            "PIPELINE_FILES_URL": self.url,
            "AWS_ENDPOINT_URL": self.address,
            "AWS_ALLOW_HTTP": "true",
            "AWS_ACCESS_KEY_ID": _KEY,
            "AWS_SECRET_ACCESS_KEY": _SECRET,
            "AWS_REGION": "us-east-1",
        }

    def client(self, prefix: str | None = None) -> S3Store:
        """A client of obstore's."""
        prefix = self.prefix if prefix is None else prefix
        return S3Store(
            self.name,
            prefix=prefix or None,
            endpoint=self.address,
            access_key_id=_KEY,
            secret_access_key=_SECRET,
            region="us-east-1",
            client_options={"allow_http": True},
            retry_config={"max_retries": 0, "retry_timeout": timedelta(seconds=10)},
        )

    def put(self, name: str, content: bytes) -> None:
        """Write an object."""
        obstore.put(self.client(), name, content)

    def put_unusual(self, name: str, content: bytes) -> None:
        """Write an object whose key obstore refuses: it is part of the endpoint."""
        store = S3Store(
            self.name,
            endpoint=f"{self.address}/{self.name}/{self.prefix}/{quote(name)}?ends=",
            virtual_hosted_style_request=True,
            access_key_id=_KEY,
            secret_access_key=_SECRET,
            region="us-east-1",
            client_options={"allow_http": True},
        )
        answer = httpx.put(sign(store, "PUT", "", timedelta(minutes=1)), content=content)
        assert answer.status_code == 200, answer.text

    def get(self, name: str) -> bytes:
        """What is in an object."""
        return bytes(obstore.get(self.client(), name).bytes())

    def delete(self, name: str) -> None:
        """Remove an object."""
        obstore.delete(self.client(), name)

    def names(self, folder: str = "") -> list[str]:
        """The objects below a folder, as relative paths."""
        pages = obstore.list(self.client(), folder or None)
        keys = [meta["path"] for page in pages for meta in page]
        return sorted(key.removeprefix(f"{folder}/") for key in keys)

    def copy(self, prefix: str) -> "Bucket":
        """The same objects below another prefix."""
        other = Bucket(self.address, self.name, prefix)
        for name in self.names():
            other.put(name, self.get(name))
        return other


@contextmanager
def running_object_server(folder: Path) -> Iterator[ObjectServer]:
    """A server until the block ends; nothing of it is left behind."""
    server = ObjectServer(folder)
    server.start()
    try:
        yield server
    finally:
        server.stop()
