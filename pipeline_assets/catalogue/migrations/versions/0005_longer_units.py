"""Units of measure with longer names, such as `sheet`.

Revision: 0005, after 0004.
"""

from alembic import op

from pipeline_assets.catalogue.schema.types import text_of

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    _change_length(4, 8)


def downgrade() -> None:
    _change_length(8, 4)


def _change_length(before: int, after: int) -> None:
    if op.get_bind().dialect.name != "sqlite":  # it takes texts of any length in any column
        op.alter_column(
            "prices",
            "unit_of_measure",
            type_=text_of(after),
            existing_type=text_of(before),
            existing_nullable=True,
        )
