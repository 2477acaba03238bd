"""Requests to an object store, through obstore: one method for each kind, errors told apart here.

The three answers of a condition (`created`, `changed`, `gone`) are values, as each is expected.
Everything else that goes wrong is a `FilesUnavailableError`, which no file is blamed for.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import obstore
from obstore.exceptions import (
    AlreadyExistsError,
    BaseError,
    InvalidPathError,
    NotSupportedError,
    PermissionDeniedError,
    PreconditionError,
    UnauthenticatedError,
    UnknownConfigurationKeyError,
)
from obstore.store import AzureStore, GCSStore, S3Store

from pipeline_assets.errors import FilesUnavailableError
from pipeline_assets.inbox.object_urls import ObjectUrl
from pipeline_assets.inbox.object_versions import ObjectVersion, whole_seconds_ns
from pipeline_assets.inbox.s3_listing import Page, list_folder, parse_page

if TYPE_CHECKING:
    from obstore import ObjectMeta

# A tick of a sensor may take 60 s in all; what fails for longer is asked again at the next one.
_RETRIES: Any = {"max_retries": 3, "retry_timeout": timedelta(seconds=20)}
_TIMEOUT_S = 60
_CONNECT_TIMEOUT_S = 5
# By scheme: what the variables that say how to reach the store begin with.
_VARIABLES = {"s3": "AWS", "gs": "GOOGLE", "az": "AZURE"}
# The process that has used obstore, and those that it was forked from.
_USED_BY: set[int] = set()
_NO_IDLE_CONNECTIONS = httpx.Limits(max_keepalive_connections=0)
_SIGNED_FOR = timedelta(minutes=1)
_MAX_CAUSE = 200
_FOR_GOOD = (
    InvalidPathError,
    NotSupportedError,
    PermissionDeniedError,
    UnauthenticatedError,
    UnknownConfigurationKeyError,
)
# A listing has no error of its own for these.
_REFUSALS = ("NoSuchBucket", "ContainerNotFound", "401 Unauthorized", "403 Forbidden")
# To obstore, an endpoint of its own for each bucket, to which it adds only the key.
_ENDPOINT_IS_WHOLE = {"virtual_hosted_style_request": True}
# Marks a copy as that of one version of one object, so that a move that was cut off is known.
_SOURCE = "source"

FolderListing = tuple[list[ObjectVersion], list[str]]


class GoneError(Exception):
    """There is no such object."""


class ChangedError(Exception):
    """The object is no longer the version that was asked for."""


class ObjectRequests:
    """A client for the objects below a URL; keys are relative to it.

    The client is made when it is first used. Its threads do not survive a fork: a process that is
    forked from one that has used a client must not use any.
    """

    def __init__(self, url: ObjectUrl) -> None:
        self.url = url
        self._made_by = 0
        self._store: Any = None
        self._http: Any = None

    @property
    def _client(self) -> Any:
        if self._made_by != os.getpid():
            _refuse_after_fork()
            with self._errors():
                self._store = _store_of(self.url)
            self._http = httpx.Client(timeout=_TIMEOUT_S, limits=_NO_IDLE_CONNECTIONS)
            self._made_by = os.getpid()
        return self._store

    def list(self, folder: str) -> FolderListing:
        """The objects directly in a folder, and the names of the folders in it."""
        with self._errors():
            try:
                found = obstore.list_with_delimiter(self._client, folder)
            except InvalidPathError:
                if self.url.scheme != "s3":
                    raise
                return self._list_unusual(folder)
        prefixes = [prefix.rpartition("/")[2] for prefix in found["common_prefixes"]]
        return [_version(meta) for meta in found["objects"] if meta["path"] != folder], prefixes

    def _list_unusual(self, folder: str) -> FolderListing:
        """The same where there are keys that obstore refuses; they are among the listed ones."""
        above = f"{self.url.prefix}/" if self.url.prefix else ""
        prefix = f"{above}{folder}/"
        found = list_folder(prefix, lambda asked: self._page(asked.signed(self._signed_listing)))
        objects = [replace(one, key=one.key.removeprefix(above)) for one in found.objects]
        folders = [one.removeprefix(prefix).removesuffix("/") or "/" for one in found.prefixes]
        return [one for one in objects if one.key != f"{folder}/"], folders

    def _signed_listing(self, address: str | None) -> str:
        bucket = replace(self.url, prefix="")
        there = {} if address is None else {"endpoint": address, **_ENDPOINT_IS_WHOLE}
        return str(obstore.sign(_store_of(bucket, **there), "GET", "", _SIGNED_FOR))

    def _page(self, address: str) -> Page:
        try:
            answer = self._http.get(address)
            answer.raise_for_status()
            return parse_page(answer.content)
        except httpx.HTTPStatusError as error:
            status = error.response.status_code
            cause = f"it answers GET with {status}"
            raise FilesUnavailableError(
                self.url.shown, cause, is_transient=status >= 500
            ) from error
        except httpx.HTTPError as error:
            raise FilesUnavailableError(self.url.shown, type(error).__name__) from error
        except ValueError as error:
            cause = f"its listing cannot be read: {error}"
            raise FilesUnavailableError(self.url.shown, cause, is_transient=False) from error

    def list_below(self, folder: str) -> Iterator[ObjectVersion]:
        """The objects in a folder and in those in it."""
        with self._errors():
            for page in obstore.list(self._client, folder, chunk_size=1000):
                yield from map(_version, page)

    def head(self, key: str) -> ObjectVersion:
        """The version that an object has now; raises `GoneError`."""
        with self._errors():
            return _version(obstore.head(self._client, key))

    def read(
        self, key: str, begin: int = 0, end: int | None = None, etag: str | None = None
    ) -> tuple[bytes, ObjectVersion]:
        """The bytes from `begin` to before `end`, and the version that they are of.

        Raises `GoneError`, and `ChangedError` where the object no longer has this `etag`.
        """
        options: dict[str, Any] = {} if etag is None else {"if_match": etag}
        if end is not None or begin:
            options["range"] = (begin, end) if end is not None else {"offset": begin}
        with self._errors():
            try:
                found = obstore.get(self._client, key, options=options)  # type: ignore[arg-type]
            except BaseError as error:
                if begin or " 416 " not in str(error):
                    raise
                found = obstore.get(self._client, key)  # an empty object has no range
            return bytes(found.bytes()), _version(found.meta)

    def mark_of_source(self, key: str) -> str | None:
        """Of which version this object was made as a copy; raises `GoneError`."""
        with self._errors():
            return obstore.get(self._client, key).attributes.get(_SOURCE)

    def create(self, key: str, content: bytes, source: ObjectVersion | None = None) -> bool:
        """Write an object where there is none; False, and nothing done, where there is one."""
        attributes: Any = {} if source is None else {_SOURCE: source.mark}
        try:
            with self._errors():
                obstore.put(
                    self._client,
                    key,
                    content,
                    attributes=attributes,
                    mode="create",
                    use_multipart=False,
                )
        except ChangedError:
            return False
        return True

    def replace(self, key: str, content: bytes) -> None:
        """Write an object, in place of the one that there may be."""
        with self._errors():
            obstore.put(self._client, key, content, use_multipart=False)

    def upload(self, key: str, path: Path) -> None:
        """Write an object as a file of this machine, in parts if it is large."""
        with self._errors():
            obstore.put(self._client, key, path)

    def remove(self, key: str) -> None:
        """Remove an object, if it is there."""
        try:
            with self._errors():
                obstore.delete(self._client, key)
        except GoneError:
            return

    def remove_version(self, version: ObjectVersion) -> bool:
        """Remove an object unless it is another version by now; whether it is gone.

        obstore removes without a condition, so the request is signed by it and sent here. A server
        that does not know the condition ignores it: then the look just before is what protects.
        """
        try:
            if self.head(version.key).mark != version.mark:
                return False
        except GoneError:
            return True
        signed = self._signed(version.key)
        if signed is None:
            self.remove(version.key)
            return True
        try:
            answer = self._http.delete(signed, headers={"If-Match": version.etag})
        except httpx.HTTPError as error:
            raise FilesUnavailableError(self.url.shown, type(error).__name__) from error
        if answer.status_code in (404, 412):
            return bool(answer.status_code == 404)
        if answer.status_code < 300:
            return True
        if answer.status_code in (400, 501):  # the condition is one that it refuses
            self.remove(version.key)
            return True
        cause = f"it answers DELETE with {answer.status_code}"
        raise FilesUnavailableError(self.url.shown, cause, is_transient=answer.status_code >= 500)

    def _signed(self, key: str) -> str | None:
        """An address that removes an object; None if the credentials cannot sign one."""
        try:
            return str(obstore.sign(self._client, "DELETE", key, _SIGNED_FOR))
        except (BaseError, ValueError, TypeError):
            return None

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except FileNotFoundError as error:
            raise GoneError from error
        except (PreconditionError, AlreadyExistsError) as error:
            raise ChangedError from error
        except BaseError as error:
            refuses = isinstance(error, _FOR_GOOD) or any(one in str(error) for one in _REFUSALS)
            raise FilesUnavailableError(
                self.url.shown, _cause(error), is_transient=not refuses
            ) from error


def _refuse_after_fork() -> None:
    """Note which process uses obstore, whose requests would hang forever in a fork of it."""
    _USED_BY.add(os.getpid())
    if len(_USED_BY) > 1:
        raise RuntimeError("The process from which this one was forked has used an object store.")


def _cause(error: BaseException) -> str:
    """The first line, without what obstore adds for those who debug it."""
    return str(error).strip().split("\n")[0][:_MAX_CAUSE].rstrip(" .")


def _version(meta: "ObjectMeta") -> ObjectVersion:
    written = meta["last_modified"].astimezone(UTC)
    return ObjectVersion(meta["path"], meta["size"], meta["e_tag"] or "", whole_seconds_ns(written))


def _store_of(url: ObjectUrl, **more: Any) -> Any:
    """Obstore's client; credentials, endpoint and region come from the usual environment."""
    allows_http = os.environ.get(f"{_VARIABLES[url.scheme]}_ALLOW_HTTP", "").lower() == "true"
    options = {
        "timeout": timedelta(seconds=_TIMEOUT_S),
        "connect_timeout": timedelta(seconds=_CONNECT_TIMEOUT_S),
        "allow_http": allows_http,
    }
    where: Any = {
        "prefix": url.prefix or None,
        "client_options": options,
        "retry_config": _RETRIES,
        **more,
    }
    if url.scheme == "s3":
        return S3Store(url.bucket, **where)
    if url.scheme == "gs":
        return GCSStore(url.bucket, **where)
    return AzureStore(url.bucket, **where)
