"""Why one model gave no portrait; `paid` says whether it may have been charged.

ModelError
    ContentRefused                the prompt was declined
        ReferenceRefused          the reference picture was declined
    RateLimited
    InsufficientCredit
    AuthenticationFailed
    ModelRetired
    InvalidRequest
    ProviderDown
        CircuitOpen               no request was sent
    TimedOut
    InvalidImage
    UnexpectedAnswer
"""

from datetime import datetime
from decimal import Decimal
from typing import ClassVar, Literal

from bot.domain.errors import CastingError

PaidStatus = Literal["no", "maybe", "yes"]


class ModelError(CastingError):
    """`model` gave no portrait; `paid` says whether it may have been charged.

    `detail` is the provider's short error code. `reported_cost` is the charge the provider reported, in dollars.
    """

    kind: ClassVar[str] = "provider_down"
    model: str
    detail: str = ""
    paid: PaidStatus = "no"
    reported_cost: Decimal | None = None


class ContentRefused(ModelError):
    """The model's filter declined the prompt; never retried."""

    kind = "refused"


class ReferenceRefused(ContentRefused):
    """The provider declined the reference picture, not the brief."""

    kind = "reference_refused"


class RateLimited(ModelError):
    """Too many calls; the provider asks to wait `retry_after` seconds."""

    kind = "rate_limited"
    retry_after: float = 0.0


class InsufficientCredit(ModelError):
    """The account has no credit left or met its own spending limit."""

    kind = "insufficient_credit"


class AuthenticationFailed(ModelError):
    """The key is wrong, revoked or not allowed to use this model."""

    kind = "authentication_failed"


class ModelRetired(ModelError):
    """The provider no longer serves this id."""

    kind = "retired"


class InvalidRequest(ModelError):
    """The provider did not accept the request."""

    kind = "invalid_request"


class ProviderDown(ModelError):
    """The provider failed or could not be reached."""


class CircuitOpen(ProviderDown):
    """The model failed repeatedly, so no request was sent; it is tried again at `retry_at`."""

    retry_at: datetime | None = None


class TimedOut(ModelError):
    """No answer in time; the request may have been processed and charged."""

    kind = "timed_out"


class InvalidImage(ModelError):
    """The answer is not a usable picture."""

    kind = "invalid_image"


class UnexpectedAnswer(ModelError):
    """Processing the answer failed in a way that no client expects; the log has the cause."""

    kind = "unexpected"
