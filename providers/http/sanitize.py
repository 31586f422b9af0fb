"""What answers say beside the picture, as far as it can be believed: it is stored, shown and counted as money."""

import re
from decimal import Decimal

from providers.http.images import detect_media_type

# No picture costs a thousandth of it today.
_MAX_USD = Decimal(1_000)
_REQUEST_ID = re.compile(r"[!-~]{1,200}")
_MEDIA_TYPE = re.compile(r"[\w.+-]{1,80}/[\w.+-]{1,80}", re.ASCII)
_SEED_LIMIT = 2**63  # what a database takes for an integer


def usd(reported: Decimal | None) -> Decimal | None:
    """Dollars charged; None for what is no sum, or none that anybody charges."""
    return reported if reported is not None and reported.is_finite() and 0 <= reported <= _MAX_USD else None


def request_id(reported: str) -> str:
    """An answer's own id; empty for anything else."""
    return reported if _REQUEST_ID.fullmatch(reported) else ""


def media_type(claimed: str | None, data: bytes) -> str:
    """The media type a picture is said to be of; what its first bytes look like where nothing of that sort is said."""
    return claimed if claimed and _MEDIA_TYPE.fullmatch(claimed) else detect_media_type(data)


def seed(reported: int | None) -> int | None:
    return reported if reported is not None and 0 <= reported < _SEED_LIMIT else None
