"""Cookies that open pages, from a person's browser or from one that is driven here."""

import warnings
from http.cookiejar import CookieJar, LoadError, MozillaCookieJar
from pathlib import Path
from typing import Protocol

from pipeline_assets.errors import SessionError


class Sessions(Protocol):
    """Where sessions come from.

    `advice` says what a person can do when no session works any more.
    """

    @property
    def advice(self) -> str:
        """What to do when renewing does not help."""
        ...

    def renew(self, url: str) -> CookieJar:
        """The cookies of a new session for reading the page at `url`.

        Raises `SessionError` if no session can be had now; another try may succeed.
        """
        ...


class CookieFile:
    """A Netscape `cookies.txt` that an operator exported; read again at each renewal.

    Without the file, pages are requested without cookies.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    @property
    def advice(self) -> str:
        """What to do when the cookies do not work."""
        return (
            "Open one of the product pages in your browser, solve the captcha, export the cookies "
            f"in the Netscape format to {self._path}, then requeue the file."
        )

    def renew(self, url: str) -> CookieJar:
        """The cookies that the file holds now; `url` is not used."""
        cookies = MozillaCookieJar(str(self._path))
        if not self._path.exists():
            return cookies
        try:
            with warnings.catch_warnings(action="ignore"):  # it warns and raises as well
                cookies.load(ignore_discard=True, ignore_expires=True)
        except (LoadError, OSError, UnicodeDecodeError) as error:
            raise SessionError(
                f"{self._path} cannot be read as a cookies.txt file: {error}"
            ) from error
        for cookie in cookies:
            if cookie.expires == 0:  # in an export: it ends with the browser's session
                cookie.expires = None
        cookies.clear_expired_cookies()
        return cookies
