"""Column types that read back as the core's own values, alike on SQLite and PostgreSQL."""

from datetime import UTC, datetime, timedelta
from decimal import ROUND_CEILING, Decimal
from enum import StrEnum
from typing import Any, TypeVar

import msgspec
from sqlalchemy import JSON, BigInteger, Dialect, Text
from sqlalchemy.types import TypeDecorator

E = TypeVar("E", bound=StrEnum)
V = TypeVar("V")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_MICRODOLLARS = 1_000_000


class UtcMicros(TypeDecorator[datetime]):
    """An aware time, kept as microseconds since 1970 in UTC: SQLite has no times of its own."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> int | None:
        return None if value is None else (value - _EPOCH) // _MICROSECOND

    def process_result_value(self, value: int | None, _dialect: Dialect) -> datetime | None:
        return None if value is None else _EPOCH + value * _MICROSECOND


class Dollars(TypeDecorator[Decimal]):
    """Money, kept as whole micro-dollars; a smaller part counts as one, so that no cap is passed by rounding."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, _dialect: Dialect) -> int | None:
        return None if value is None else int((value * _MICRODOLLARS).to_integral_value(ROUND_CEILING))

    def process_result_value(self, value: int | None, _dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value) / _MICRODOLLARS


class EnumText(TypeDecorator[E]):
    """One word of an enumeration; the table's CHECK lists them, so that a new word is an ordinary migration."""

    impl = Text
    cache_ok = True

    def __init__(self, enum_type: type[E]) -> None:
        super().__init__()
        self.enum_type = enum_type

    def process_bind_param(self, value: E | None, _dialect: Dialect) -> str | None:
        return None if value is None else value.value

    def process_result_value(self, value: str | None, _dialect: Dialect) -> E | None:
        return None if value is None else self.enum_type(value)


class JsonValue(TypeDecorator[V]):
    """A frozen value as JSON. A field added later needs a default; a field taken away is ignored in old rows."""

    impl = JSON(none_as_null=True)
    cache_ok = True

    def __init__(self, value_type: Any) -> None:
        super().__init__()
        self.value_type = value_type

    def process_bind_param(self, value: V | None, _dialect: Dialect) -> object:
        return None if value is None else msgspec.to_builtins(value, str_keys=True)

    def process_result_value(self, value: Any, _dialect: Dialect) -> V | None:
        return None if value is None else msgspec.convert(value, self.value_type, strict=False)
