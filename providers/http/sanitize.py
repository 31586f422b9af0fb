"""Validation of the metadata in responses, before it is stored, shown or counted as cost."""

import re
from decimal import Decimal

from providers.http.images import detect_media_type

# Today no picture costs a thousandth of this.
_MAX_USD = Decimal(1_000)
_PLACES = 9
_REQUEST_ID = re.compile(r"[!-~]{1,200}")
_MEDIA_TYPE = re.compile(r"[\w.+-]{1,80}/[\w.+-]{1,80}", re.ASCII)
_SEED_LIMIT = 2**63  # the database's integers are signed 64-bit


def usd(reported: Decimal | None, per_dollar: int = 1) -> Decimal | None:
    """Return the amount in dollars; None if it is not a number or out of range.

    `per_dollar` is how many of the reported units are a dollar. Comparing comes before dividing, because dividing
    1e2000000 raises decimal.Overflow.
    """
    if reported is None or not reported.is_finite() or not 0 <= reported <= _MAX_USD * per_dollar:
        return None
    return round(reported / per_dollar, _PLACES)


def request_id(reported: str | None) -> str:
    """Return the response's id, or "" if it has an unexpected form."""
    return reported if reported and _REQUEST_ID.fullmatch(reported) else ""


def media_type(claimed: str | None, data: bytes) -> str:
    """Return the claimed media type, or the one detected from the first bytes if the claim is invalid."""
    return claimed if claimed and _MEDIA_TYPE.fullmatch(claimed) else detect_media_type(data)


def seed(reported: int | None) -> int | None:
    return reported if reported is not None and 0 <= reported < _SEED_LIMIT else None
