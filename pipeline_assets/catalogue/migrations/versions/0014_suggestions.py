"""Suggested matches, comparable products, and what matching keeps between runs.

Revision: 0014, after 0013.
"""

import sqlalchemy as sa
from alembic import op

from pipeline_assets.catalogue.schema.types import BYTES, KEY, LONG_TEXT, text_of

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    _create_pairs(
        "sku_suggestions",
        sa.Column("class", text_of(16), nullable=False),
        sa.Column("confidence_e6", sa.Integer(), nullable=True),
        sa.Column("evidence", LONG_TEXT, nullable=False),
        sa.Column("model_version", text_of(64), nullable=True),
        sa.Column("suggested_date", sa.Date(), nullable=False),
        sa.Column("state", text_of(16), nullable=False),
    )
    op.create_index("ix_sku_suggestions_state", "sku_suggestions", ["state"])
    _create_pairs(
        "comparable_pairs",
        sa.Column("score_e6", sa.Integer(), nullable=False),
        sa.Column("reason", LONG_TEXT, nullable=False),
    )
    _create_memory()


def _create_pairs(table: str, *columns: "sa.Column[object]") -> None:
    op.create_table(
        table,
        sa.Column("sku_id_a", KEY, autoincrement=False, nullable=False),
        sa.Column("sku_id_b", KEY, autoincrement=False, nullable=False),
        *columns,
        *(
            sa.ForeignKeyConstraint([name], ["skus.sku_id"], name=op.f(f"fk_{table}_{name}"))
            for name in ("sku_id_a", "sku_id_b")
        ),
        sa.PrimaryKeyConstraint("sku_id_a", "sku_id_b", name=op.f(f"pk_{table}")),
        sqlite_with_rowid=False,
    )
    op.create_index(f"ix_{table}_sku_id_b", table, ["sku_id_b"])


def _create_memory() -> None:
    op.create_table(
        "matching_memory",
        sa.Column("company_a", text_of(64), nullable=False),
        sa.Column("company_b", text_of(64), nullable=False),
        sa.Column("part", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content", BYTES, nullable=False),
        *(
            sa.ForeignKeyConstraint(
                [name], ["companies.company"], name=op.f(f"fk_matching_memory_{name}")
            )
            for name in ("company_a", "company_b")
        ),
        sa.PrimaryKeyConstraint("company_a", "company_b", "part", name=op.f("pk_matching_memory")),
    )


def downgrade() -> None:
    for table in ("matching_memory", "comparable_pairs", "sku_suggestions"):
        op.drop_table(table)
