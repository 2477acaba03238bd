"""URLs of catalogues: which can be used, and how they are shown. They hold passwords."""

from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from pipeline_assets.errors import UsageError
from pipeline_assets.extras import how_to_install

_EXAMPLE = (
    "Give an SQLAlchemy URL such as mysql+mysqlconnector://user:password@host/catalogue, or unset "
    "the variable."
)

# Drivers whose distribution has another name.
_DISTRIBUTIONS = {
    "mysqlconnector": "mysql-connector-python",
    "mysqldb": "mysqlclient",
    "mariadbconnector": "mariadb",
}


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
        dialect = url.get_dialect()
    except ArgumentError as error:
        raise ValueError(f"{error}. {_EXAMPLE}") from error
    try:
        dialect.import_dbapi()
    except ImportError as error:
        driver = dialect.driver
        command = how_to_install(_DISTRIBUTIONS.get(driver, driver))
        raise ValueError(
            f"the driver {driver} is not installed. Run `{command}`, or use another driver: "
            "mysql+mysqlconnector comes with pipeline-assets."
        ) from error


def url_of_file(path: Path) -> URL:
    """The URL of a catalogue in this file; as a text, signs such as ? in the path would end it."""
    return URL.create("sqlite", database=str(path.expanduser().absolute()))


def shown_url(url: URL) -> str:
    """The URL for logs and messages: without its password and its options, which may hold one."""
    return url.set(query={}).render_as_string(hide_password=True)


def wrong_options(url: URL) -> UsageError:
    """The error for a URL whose options its driver does not accept."""
    return UsageError(
        f"CATALOGUE_URL: the driver for {shown_url(url)} does not accept these options, or one of "
        f"their values: {', '.join(url.query)}. Correct what comes after the ? or leave it out."
    )
