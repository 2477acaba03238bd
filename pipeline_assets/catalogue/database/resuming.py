"""Lets a migration be run again from any point within it, on databases that cannot roll it back.

MySQL and MariaDB commit each statement that changes the schema. A process that dies within a
revision leaves the first of its changes behind, and the catalogue is still at the revision before.
So each change is made only if it is not there yet. A single one is made completely or not at all.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from alembic.ddl import base
from alembic.ddl.mysql import MySQLChangeColumn, MySQLImpl
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, Inspector, Table, inspect, select, tuple_
from sqlalchemy.schema import (
    AddConstraint,
    Constraint,
    CreateIndex,
    CreateTable,
    DropConstraint,
    DropIndex,
    DropTable,
    Index,
    PrimaryKeyConstraint,
)
from sqlalchemy.sql.expression import TableClause


class ResumingImpl(MySQLImpl):
    """How Alembic changes a schema here: changes that were made before are left out.

    Rows of `op.bulk_insert` are left out by their primary key. Other statements that change rows
    (`op.execute`) must give the same result the second time.
    """

    def _exec(self, construct: Any, *arguments: Any, **options: Any) -> Any:
        assert self.connection is not None
        if _is_made(inspect(self.connection), construct):
            return None
        return super()._exec(construct, *arguments, **options)

    def bulk_insert(
        self,
        table: TableClause | Table,
        rows: list[dict[str, Any]],
        multiinsert: bool = True,
    ) -> None:
        """Insert those rows whose primary key is not in the table yet."""
        assert self.connection is not None
        if not isinstance(table, Table) or not table.primary_key:
            raise TypeError(
                f"op.bulk_insert: {table.name} must be a Table with its primary key, such as "
                "op.create_table returns, so that the rows are inserted only once."
            )
        super().bulk_insert(table, _without_present(self.connection, table, rows), multiinsert)


def let_it_resume(context: MigrationContext) -> None:
    """Have the migrations of this context make only those changes that are not there yet."""
    context.impl = ResumingImpl(
        context.dialect, context.connection, False, False, None, context.opts
    )


def _without_present(
    connection: Connection, table: Table, rows: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    key = list(table.primary_key)
    names = [column.name for column in key]
    wanted = tuple_(*key).in_([tuple(row[name] for name in names) for row in rows])
    present = {tuple(row) for row in connection.execute(select(*key).where(wanted))}
    return [row for row in rows if tuple(row[name] for name in names) not in present]


def _is_made(inspector: Inspector, change: Any) -> bool:
    """Whether the schema already is as this statement would make it."""
    match change:
        case CreateTable(element=table):
            return inspector.has_table(table.name)
        case DropTable(element=table):
            return not inspector.has_table(table.name)
        case base.RenameTable(table_name=old, new_table_name=new):
            return inspector.has_table(str(new)) and not inspector.has_table(old)
        case CreateIndex(element=index):
            return _has_index(inspector, index)
        case DropIndex(element=index):
            return not _has_index(inspector, index)
        case AddConstraint(element=constraint):
            return _has_constraint(inspector, constraint)
        case DropConstraint(element=constraint):
            return not _has_constraint(inspector, constraint)
    return _is_made_to_column(inspector, change)


def _is_made_to_column(inspector: Inspector, change: Any) -> bool:
    match change:
        case base.AddColumn(table_name=table, column=column):
            return column.name in _columns(inspector, table)
        case base.DropColumn(table_name=table, column=column):
            return column.name not in _columns(inspector, table)
        case MySQLChangeColumn(table_name=table, column_name=old, newname=new):
            return new != old and new in _columns(inspector, table)
    return False


def _columns(inspector: Inspector, table: str) -> set[str]:
    return {column["name"] for column in inspector.get_columns(table)}


def _has_index(inspector: Inspector, index: Index) -> bool:
    assert index.table is not None
    return any(one["name"] == index.name for one in inspector.get_indexes(index.table.name))


def _has_constraint(inspector: Inspector, constraint: Constraint) -> bool:
    table = constraint.table.name
    if isinstance(constraint, PrimaryKeyConstraint):
        return bool(inspector.get_pk_constraint(table)["constrained_columns"])
    found: Mapping[str, Sequence[Mapping[str, Any]]] = {
        "unique": inspector.get_unique_constraints(table),
        "foreign": inspector.get_foreign_keys(table),
        "check": inspector.get_check_constraints(table),
    }
    return any(one["name"] == constraint.name for kind in found.values() for one in kind)
