"""Column types that mean the same on SQLite and on MySQL/MariaDB.

Key columns compare byte by byte: MySQL's default collation would take `Café` and `cafe` for one.
"""

from sqlalchemy import BigInteger, DateTime, Integer, String, Text
from sqlalchemy.dialects import mysql

_MYSQL_TEXT = {"charset": "utf8mb4", "collation": "utf8mb4_bin"}


def text_of(length: int) -> String:
    """Text of at most `length` characters, compared byte by byte."""
    return String(length).with_variant(
        mysql.VARCHAR(length, **_MYSQL_TEXT),
        "mysql",
        "mariadb",
    )


LONG_TEXT = Text().with_variant(mysql.MEDIUMTEXT(**_MYSQL_TEXT), "mysql", "mariadb")

# SQLite counts up only an INTEGER key by itself; MySQL's may outgrow 32 bits.
KEY = BigInteger().with_variant(Integer(), "sqlite")

# UTC without a zone, to the microsecond, as both databases store it.
MOMENT = DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
