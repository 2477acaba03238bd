"""Which hosts may be contacted. An address in a file is outside input, and so is a redirect."""

import ipaddress
import re
import socket
from collections.abc import Collection
from dataclasses import dataclass

import httpx

from pipeline_assets.errors import UsageError

# Names in their ASCII form, IPv4 and IPv6 addresses.
_HOST = re.compile(r"[a-z0-9._:-]+")
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Origin:
    """A scheme, a host and a port: all of an address that decides which server is contacted."""

    scheme: str
    host: str
    port: int

    def __str__(self) -> str:
        port = "" if self.port == _PORTS[self.scheme] else f":{self.port}"
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}{port}"


class AllowList:
    """The origins that may be contacted; nothing else ever is."""

    def __init__(self, origins: Collection[Origin]) -> None:
        self.origins = frozenset(origins)

    @classmethod
    def parse(cls, text: str) -> "AllowList":
        """From comma-separated hosts (`www.coles.com.au`: https, port 443) or whole origins."""
        origins = set()
        for part in filter(None, (part.strip() for part in text.split(","))):
            origin = origin_of(part if "://" in part else f"https://{part}")
            if origin is None:
                raise UsageError(
                    f"PIPELINE_ENRICHMENT_HOSTS: {part!r} is neither a host name nor an origin "
                    "such as https://www.coles.com.au"
                )
            origins.add(origin)
        return cls(origins)

    def permits(self, url: str) -> bool:
        """Whether `url` may be contacted: its origin is listed, and it is not an internal address.

        A listed name that resolves to an internal address is refused too; to allow one, list the
        address itself, or `localhost`.
        """
        return self.objection(url) is None

    def objection(self, url: str) -> str | None:
        """Why `url` may not be contacted, naming its origin; None if it may."""
        origin = origin_of(url)
        if origin is None:
            return f"{url[:100]!r} is not the address of a web page"
        if origin not in self.origins:
            return f"{origin} is not in PIPELINE_ENRICHMENT_HOSTS"
        if not _is_meant(origin) and is_internal(origin):
            return f"{origin} leads to an internal address"
        return None


def origin_of(url: str) -> Origin | None:
    """The origin of an http or https address without user name; None for anything else."""
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, ValueError):
        return None
    host = parsed.raw_host.decode("ascii").rstrip(".").lower()
    if parsed.scheme not in _PORTS or not _HOST.fullmatch(host) or parsed.userinfo:
        return None
    return Origin(parsed.scheme, host, parsed.port or _PORTS[parsed.scheme])


def joined(url: str, location: str) -> str:
    """Where a redirect from `url` leads; an address that cannot be read is returned as it is."""
    try:
        return str(httpx.URL(url).join(location))
    except (httpx.InvalidURL, ValueError):
        return location


def is_internal(origin: Origin) -> bool:
    """Whether the origin's host is, or resolves to, an address outside the public internet."""
    try:
        found = socket.getaddrinfo(origin.host, origin.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return False  # requesting it shows what is wrong
    return any(not ipaddress.ip_address(str(address[4][0])).is_global for address in found)


def _is_meant(origin: Origin) -> bool:
    """Whether the listed host is internal by name, and so was listed on purpose."""
    try:
        ipaddress.ip_address(origin.host)
    except ValueError:
        return origin.host == "localhost"
    return True
