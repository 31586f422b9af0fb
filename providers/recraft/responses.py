"""Responses of Recraft: pictures with their cost in credits, and errors, whose format is not published."""

import re
from decimal import Decimal

import msgspec

from bot.domain.model_errors import ContentRefused, InsufficientCredit, ModelError, ModelRetired, PaidStatus
from providers.http.costs import CostReader, parse_raw
from providers.http.error_body import read_error
from providers.http.response import ProviderResponse
from providers.http.sanitize import usd
from providers.http.status import error_code, error_for_status

CREDITS_PER_DOLLAR = 1000

# Recraft publishes neither error codes nor their format, only that they are JSON; so the text is searched.
_ERROR_PATTERNS: tuple[tuple[re.Pattern[str], type[ModelError]], ...] = (
    (re.compile(r"\bcredits?\b|_credits|\bbalance\b|payment|billing|insufficient.funds"), InsufficientCredit),
    (re.compile(r"moderat|nsfw|safety|content.?policy|content.?filter|prohibited|inappropriate"), ContentRefused),
    (
        re.compile(
            r"model.not.found|(?:unknown|invalid|deprecated|retired|unsupported).model"
            r"|model\W{1,5}\S{1,100} (?:was |is |has been )?(?:not (?:found|available)|no longer|deprecated|retired)"
            r"|model\W{1,5}\S{1,100} does not exist"
        ),
        ModelRetired,
    ),
)


def dollars(credits_: msgspec.Raw) -> Decimal | None:
    """Return credits in dollars; None if they are absent or make no sense."""
    return usd(parse_raw(credits_, Decimal), CREDITS_PER_DOLLAR)


COST = CostReader("credits", dollars)


def paid(credits_: msgspec.Raw) -> PaidStatus:
    """Return whether a response without a picture was billed."""
    reported = dollars(credits_)
    if reported is None:
        return "maybe"
    return "yes" if reported else "no"


async def error_for_response(response: ProviderResponse, model: str, prompt: str = "") -> ModelError:
    """Map an error response by its code and text, without the prompt, else by its status."""
    body = await read_error(response)
    if body is None:
        return error_for_status(response, model, "", from_vendor=False)
    fields = await response.decode_or_none(dict[str, msgspec.Raw])
    detail = error_code(parse_raw((fields or {}).get("code"), str))
    if 400 <= response.status < 500 and response.status != 401:
        if named := body.error_by_code(model):
            named.detail = error_code(*body.categories) or detail
            return named
        # "Moderate your requests" is a rate limit.
        patterns = _ERROR_PATTERNS[:1] if response.status == 429 else _ERROR_PATTERNS
        text = body.text_without(prompt)
        for pattern, error_type in patterns:
            if pattern.search(text):
                return error_type(model, detail)
    return error_for_status(response, model, detail, from_vendor=True)
