"""The database's clock, which processes on several machines share."""

from sqlalchemy import BigInteger, ColumnElement, cast, func

# Microseconds since 1970, at the moment of the statement and not of its transaction. PostgreSQL only.
database_now_us: ColumnElement[int] = cast(func.extract("epoch", func.clock_timestamp()) * 1_000_000, BigInteger)


def seconds_ago_us(seconds: float) -> ColumnElement[int]:
    """Return the database's time `seconds` ago, in microseconds."""
    return database_now_us - int(seconds * 1_000_000)
