"""URLs of catalogues: which can be used, and how they are shown. They hold passwords."""

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from pipeline_assets.errors import UsageError

_EXAMPLE = (
    "Give an SQLAlchemy URL such as mysql+mysqlconnector://user:password@host/catalogue, or unset "
    "the variable."
)


def parse_url(text: str) -> URL:
    """The URL in a setting.

    Raises `ValueError`, with a message that shows no part of the password.
    """
    _, _, after_user = text.partition("://")[2].partition(":")
    if after_user.count("@") > 1:
        raise ValueError(
            "it has more than one @ after the user name. In a password write %40 for @, %2F for / "
            "and %25 for %."
        )
    try:
        return make_url(text)
    except ArgumentError as error:
        raise ValueError(f"{error}. {_EXAMPLE}") from error
    except ValueError:  # it quotes what should be the port
        raise ValueError(
            f"its port is no number, or there is no @ between password and host. {_EXAMPLE}"
        ) from None


def check_driver(url: URL) -> None:
    """Raise `ValueError` if the driver that the URL names is unknown or not installed."""
    try:
        url.get_dialect().import_dbapi()
    except (ArgumentError, ImportError) as error:
        raise ValueError(f"{error}. {_EXAMPLE}") from error


def shown_url(url: URL) -> str:
    """The URL for logs and messages: without its password and its options, which may hold one."""
    return url.set(query={}).render_as_string(hide_password=True)


def wrong_options(url: URL) -> UsageError:
    """The error for a URL whose options its driver does not accept."""
    return UsageError(
        f"CATALOGUE_URL: the driver for {shown_url(url)} does not accept these options, or one of "
        f"their values: {', '.join(url.query)}. Correct what comes after the ? or leave it out."
    )
