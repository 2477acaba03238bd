"""A server of MySQL or MariaDB as the tests use it: by URL, and only in databases made here.

`PIPELINE_TESTS_MYSQL_URL` names one to run on, such as `mysql+mysqlconnector://admin:…@host:3306`;
its user must be allowed to make databases and users. Nothing else on that server is touched.
"""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

from sqlalchemy import URL, Connection, NullPool, create_engine, make_url
from sqlalchemy.exc import ProgrammingError

from pipeline_assets.catalogue.database.engine import engine_for
from pipeline_assets.catalogue.database.migrate import migrate

PREFIX = "pipeline_tests_"
# Read now: a test's workplace drops the settings that it has not made itself.
GIVEN = os.environ.get("PIPELINE_TESTS_MYSQL_URL", "")
_NO_SUCH_TABLE = 1146


class Server:
    """One server, and the databases and users that were made here."""

    def __init__(self, administrator: URL) -> None:
        self._administrator = administrator
        # Processes of tests that run at once, and what another run left behind, do not collide.
        self._name = f"{PREFIX}{secrets.token_hex(4)}"
        self._numbers = count(1)
        self._databases: list[str] = []
        self._users: list[str] = []
        self._template = ""
        self._schema: list[str] = []

    @property
    def host(self) -> str:
        """The host that it is asked at."""
        return self._administrator.host or "127.0.0.1"

    @property
    def port(self) -> int:
        """The port that it is asked at."""
        return self._administrator.port or 3306

    @property
    def user(self) -> str:
        """The administrator's name."""
        return self._administrator.username or ""

    @property
    def password(self) -> str:
        """The administrator's password."""
        return str(self._administrator.password or "")

    def url(self, database: str) -> str:
        """The SQLAlchemy URL of a database here."""
        return self._administrator.set(database=database).render_as_string(hide_password=False)

    def new_database(self) -> str:
        """The URL of a new, empty database."""
        return self.create(f"{self._name}_{next(self._numbers)}")

    def create(self, name: str) -> str:
        """The URL of a new, empty database of this name, which begins as all names here do."""
        assert name.startswith(PREFIX)
        self.execute(f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
        self._databases.append(name)
        return self.url(name)

    def new_user(self, password: str, database: str) -> str:
        """The name of a new user, who may do anything in this database."""
        name = f"{self._name}_{next(self._numbers)}"
        self.execute(f"CREATE USER {name} IDENTIFIED BY '{password}'")
        self._users.append(name)
        self.execute(f"GRANT ALL ON {database}.* TO {name}")
        return name

    def remove_all(self) -> None:
        """Drop the databases and the users that were made here."""
        while self._databases:
            self.execute(f"DROP DATABASE {self._databases.pop()}")
        while self._users:
            self.execute(f"DROP USER {self._users.pop()}")
        self._template, self._schema = "", []

    def new_catalogue(self) -> str:
        """The URL of a new catalogue without a row: one is migrated, the others are copies."""
        if not self._template:
            self._template = self.new_database()
            engine = engine_for(self._template)
            migrate(engine)
            engine.dispose()
        url = self.new_database()
        with self._connected(make_url(url).database) as connection:
            self._copy(connection, make_url(self._template).database or "")
        return url

    def _copy(self, connection: Connection, template: str) -> None:
        connection.exec_driver_sql("SET FOREIGN_KEY_CHECKS = 0")
        if self._schema:
            for statement in self._schema:
                connection.exec_driver_sql(statement)
        else:
            with self._connected(template) as source:
                waiting = list(_schema_of(source).values())
            while waiting:  # a view comes after those that it reads
                waiting = [one for one in waiting if not self._execute_if_ready(connection, one)]
        with self._connected(template) as source:
            filled = [name for name in _tables(source, "BASE TABLE") if _has_rows(source, name)]
        for name in filled:
            connection.exec_driver_sql(f"INSERT INTO `{name}` SELECT * FROM {template}.`{name}`")

    def _execute_if_ready(self, connection: Connection, statement: str) -> bool:
        try:
            connection.exec_driver_sql(statement)
        except ProgrammingError as error:
            if getattr(error.orig, "errno", None) != _NO_SUCH_TABLE:
                raise
            return False
        self._schema.append(statement)
        return True

    def dump(self, database: str) -> str:
        """The statements that make a database as this one is, and all its rows, sorted."""
        with self._connected(database) as connection:
            schema = _schema_of(connection)
            lines = list(schema.values())
            for name in _tables(connection, "BASE TABLE"):
                rows = connection.exec_driver_sql(f"SELECT * FROM `{name}`")
                lines += sorted(f"INSERT INTO `{name}` {tuple(row)!r}" for row in rows)
        return "\n".join(lines)

    def execute(self, statement: str) -> None:
        """Run a statement as the administrator."""
        with self._connected(None) as connection:
            connection.exec_driver_sql(statement)

    @contextmanager
    def _connected(self, database: str | None) -> Iterator[Connection]:
        url = self._administrator.set(database=database)
        engine = create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            yield connection


def _tables(connection: Connection, kind: str) -> list[str]:
    found = connection.exec_driver_sql(f"SHOW FULL TABLES WHERE Table_type = '{kind}'")
    return sorted(name for name, _ in found)


def _schema_of(connection: Connection) -> dict[str, str]:
    """The statements that make the tables, and then the views, by name."""
    made = {}
    for kind, word in (("BASE TABLE", "TABLE"), ("VIEW", "VIEW")):
        for name in _tables(connection, kind):
            made[name] = str(connection.exec_driver_sql(f"SHOW CREATE {word} `{name}`").one()[1])
    return made


def _has_rows(connection: Connection, name: str) -> bool:
    return connection.exec_driver_sql(f"SELECT 1 FROM `{name}` LIMIT 1").first() is not None


@contextmanager
def given_server(url: str) -> Iterator[Server]:
    """The server with this URL; what the tests made there is removed when the block ends."""
    server = Server(make_url(url))
    try:
        yield server
    finally:
        server.remove_all()
