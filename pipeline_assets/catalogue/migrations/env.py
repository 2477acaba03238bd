"""How Alembic reaches the catalogue: on the connection that `database.migrate` hands over."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import String

from pipeline_assets.catalogue.schema import metadata, types

_NAMED = {id(types.KEY): "KEY", id(types.MOMENT): "MOMENT", id(types.LONG_TEXT): "LONG_TEXT"}


def render_item(kind: str, item: Any, autogen: AutogenContext) -> str | Literal[False]:
    """Write the project's own column types by their names in a generated migration."""
    if kind != "type":
        return False
    name = _NAMED.get(id(item))
    if name is None and isinstance(item, String) and item.length:
        autogen.imports.add("from pipeline_assets.catalogue.schema.types import text_of")
        return f"text_of({item.length})"
    if name is None:
        return False
    autogen.imports.add(f"from pipeline_assets.catalogue.schema.types import {name}")
    return name


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=False,  # everything is in the caller's transaction
    render_item=render_item,
    render_as_batch=True,
)
context.run_migrations()
