"""Column types that mean the same on SQLite and on MySQL/MariaDB.

Texts compare byte by byte. Under MySQL's default collation, `Café` and `cafe` would be equal; under
its older binary ones, so would `cafe` and `cafe `, as they pad with spaces.
"""

from typing import Any

from sqlalchemy import BigInteger, DateTime, Integer, LargeBinary, String, Text
from sqlalchemy.dialects import mysql
from sqlalchemy.ext.compiler import compiles


class _ExactString(String):
    """Text that is equal only to itself."""


class _ExactText(Text):
    """Long text that is equal only to itself."""


@compiles(_ExactString, "mysql", "mariadb")
def _exact_string(column_type: _ExactString, compiler: Any, **_: Any) -> str:
    return f"VARCHAR({column_type.length}) {_exact(compiler.dialect)}"


@compiles(_ExactText, "mysql", "mariadb")
def _exact_text(_column_type: _ExactText, compiler: Any, **_: Any) -> str:
    return f"MEDIUMTEXT {_exact(compiler.dialect)}"


def _exact(dialect: Any) -> str:
    # The same collation, binary and without padding, by the name that each server gives it.
    collation = "utf8mb4_nopad_bin" if dialect.is_mariadb else "utf8mb4_0900_bin"
    return f"CHARACTER SET utf8mb4 COLLATE {collation}"


def text_of(length: int) -> String:
    """Text of at most `length` characters, compared byte by byte."""
    return _ExactString(length)


LONG_TEXT = _ExactText()

# A plain BLOB of MySQL ends at 64 kB.
BYTES = LargeBinary().with_variant(mysql.MEDIUMBLOB(), "mysql", "mariadb")

# Only an INTEGER key counts up by itself on SQLite; a MySQL key may outgrow 32 bits.
KEY = BigInteger().with_variant(Integer(), "sqlite")

# UTC without a zone, to the microsecond, as both databases store it.
MOMENT = DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
