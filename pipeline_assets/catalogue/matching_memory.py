"""What matching keeps between runs, in parts that every server takes."""

from sqlalchemy import Connection, delete, insert, select

from pipeline_assets.catalogue.schema import matching_memory

CompanyPair = tuple[str, str]
"""Two companies, the lower first, or one company twice: what is kept of it alone."""

_MOST_BYTES = 2**20


def read_memory(connection: Connection, companies: CompanyPair) -> bytes:
    """What is kept; empty before the first run."""
    columns = matching_memory.c
    wanted = (
        select(columns.content)
        .where(columns.company_a == companies[0], columns.company_b == companies[1])
        .order_by(columns.part)
    )
    return b"".join(connection.execute(wanted).scalars())


def write_memory(connection: Connection, companies: CompanyPair, content: bytes) -> None:
    """Keep this instead."""
    columns = matching_memory.c
    of_pair = (columns.company_a == companies[0], columns.company_b == companies[1])
    connection.execute(delete(matching_memory).where(*of_pair))
    for part, start in enumerate(range(0, len(content), _MOST_BYTES)):
        connection.execute(
            insert(matching_memory).values(
                company_a=companies[0],
                company_b=companies[1],
                part=part,
                content=content[start : start + _MOST_BYTES],
            )
        )
