"""What answers say beside the picture, as far as it can be believed: it is stored, shown and counted as money."""

import re
from decimal import Decimal

from providers._pictures import media_type

# No picture costs a thousandth of it today.
_MOST_USD = Decimal(1_000)
_NAME = re.compile(r"[!-~]{1,200}")
_TYPE = re.compile(r"[\w.+-]{1,80}/[\w.+-]{1,80}", re.ASCII)
_SEEDS = 2**63  # what a database takes for an integer


def usd(told: Decimal | None) -> Decimal | None:
    """Dollars charged; None for what is no sum, or none that anybody charges."""
    return told if told is not None and told.is_finite() and 0 <= told <= _MOST_USD else None


def name(told: str) -> str:
    """An answer's own id; empty for anything else."""
    return told if _NAME.fullmatch(told) else ""


def kind(told: str | None, data: bytes) -> str:
    """The media type a picture is said to be of; what its first bytes look like where nothing of that sort is said."""
    return told if told and _TYPE.fullmatch(told) else media_type(data)


def seed(told: int | None) -> int | None:
    return told if told is not None and 0 <= told < _SEEDS else None
