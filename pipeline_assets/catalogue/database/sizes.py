"""How much of a disk a database uses: the catalogue's, or one of Dagster's."""

from sqlalchemy import Connection, text

_OF_SERVER = text(
    "SELECT COALESCE(SUM(data_length + index_length), 0) FROM information_schema.tables"
    " WHERE table_schema = DATABASE()"
)


def bytes_used(connection: Connection) -> int:
    """The bytes that tables and indexes take up; on a server, as its statistics estimate them.

    Pages of an SQLite file that are free for new rows do not count: the file keeps its length.
    """
    if connection.dialect.name != "sqlite":
        return int(connection.execute(_OF_SERVER).scalar_one())
    pages, free, size = (
        int(connection.exec_driver_sql(f"PRAGMA {name}").scalar_one())
        for name in ("page_count", "freelist_count", "page_size")
    )
    return (pages - free) * size
