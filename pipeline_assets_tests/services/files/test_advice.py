"""A halted file's reason says what to do."""

import errno

import pytest
from sqlalchemy.exc import OperationalError

from pipeline_assets.errors import EnrichmentStoppedError
from pipeline_assets.services.files.failures import with_advice


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "why. Make room on the disk."),
        (
            PermissionError(errno.EACCES, "no"),
            "why. Permit the process to read and to write there.",
        ),
        (OSError(errno.EROFS, "read-only"), "why. Permit the process to read and to write there."),
        (MemoryError(), "why. Give the process more memory, or set lower limits for files"),
        (OperationalError("", {}, Exception()), "why. See whether the catalogue's database is in"),
        (ValueError("a bug"), "why. The log of its run shows where that happened."),
    ],
)
def test_the_cause_is_followed_by_what_to_do(error: Exception, says: str) -> None:
    assert with_advice("why", error).startswith(says)
    assert with_advice("why.", error) == with_advice("why", error)


def test_an_error_that_says_what_to_do_is_left_as_it_is() -> None:
    stopped = EnrichmentStoppedError("The shop blocks. Renew the cookies")
    assert with_advice(str(stopped), stopped) == "The shop blocks. Renew the cookies"
