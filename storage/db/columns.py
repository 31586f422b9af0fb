"""Column types that read back as domain values, on SQLite and PostgreSQL alike."""

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
    """An aware datetime, stored as microseconds since 1970 in UTC: SQLite has no datetime type."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> int | None:
        return None if value is None else (value - _EPOCH) // _MICROSECOND

    def process_result_value(self, value: int | None, _dialect: Dialect) -> datetime | None:
        return None if value is None else _EPOCH + value * _MICROSECOND


class Dollars(TypeDecorator[Decimal]):
    """Money, stored as whole micro-dollars. Rounds up, so that rounding cannot exceed a cap."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, _dialect: Dialect) -> int | None:
        return None if value is None else int((value * _MICRODOLLARS).to_integral_value(ROUND_CEILING))

    def process_result_value(self, value: int | None, _dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value) / _MICRODOLLARS


class EnumText(TypeDecorator[E]):
    """An enum's value as text. The table's CHECK lists the values, so a new value needs only an ordinary migration."""

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
    """A frozen value as JSON. A new field needs a default; a removed field is ignored in old rows."""

    impl = JSON(none_as_null=True)
    cache_ok = True

    def __init__(self, value_type: Any) -> None:
        super().__init__()
        self.value_type = value_type

    def process_bind_param(self, value: V | None, _dialect: Dialect) -> object:
        return None if value is None else msgspec.to_builtins(value, str_keys=True)

    def process_result_value(self, value: Any, _dialect: Dialect) -> V | None:
        return None if value is None else msgspec.convert(value, self.value_type, strict=False)
