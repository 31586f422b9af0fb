"""The charge that a response reports, in credits or tokens; a report that makes no sense counts as none."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

import msgspec

from bot.domain.budget import Charge
from bot.domain.model_errors import ModelError
from providers.http.response import ProviderResponse

T = TypeVar("T")


@dataclass(frozen=True)
class CostReader:
    """Reads dollars from one field of a response; `parse` returns None for a value that makes no sense."""

    field: str
    parse: Callable[[msgspec.Raw], Decimal | None]

    async def read(self, response: ProviderResponse) -> Decimal | None:
        """Return the charge in dollars, even if the picture beside it is invalid."""
        fields = await response.decode_or_none(dict[str, msgspec.Raw])
        return self.parse(fields[self.field]) if fields and self.field in fields else None

    def charge(self, raw: msgspec.Raw, listed: Decimal) -> Charge:
        """Return the reported charge, or the listed price without one."""
        reported = self.parse(raw)
        return Charge(listed, "listed") if reported is None else Charge(reported, "exact")


@contextmanager
def paid_call(reported: Decimal | None) -> Iterator[None]:
    """Add the charge that the response reported to an error about its picture."""
    try:
        yield
    except ModelError as error:
        error.reported_cost = reported
        raise


def parse_raw(raw: msgspec.Raw | None, as_type: type[T]) -> T | None:
    """Decode metadata, with numbers also as text; None if it is absent or has another form."""
    if not raw:
        return None
    try:
        return msgspec.json.decode(raw, type=as_type, strict=False)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError, ArithmeticError):
        return None
