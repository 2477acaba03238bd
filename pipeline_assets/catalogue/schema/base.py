"""What all tables share: their metadata, and the types of keys that several of them use."""

from sqlalchemy import MetaData

from pipeline_assets.catalogue.schema.types import text_of

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

COMPANY = text_of(64)
STORE_ID = text_of(64)
BARCODE = text_of(13)
