"""What an error says in any dialect: OpenAI's, Azure's, Google's, fal's, and those of gateways and own servers.

Azure nests `ResponsibleAIPolicyViolation` in `inner_error` or `innererror`, and lists each category of its filter with
`filtered` (learn.microsoft.com, content filters). OpenRouter answers 200 once a model has started, with the status as
`error.code`, and names what it flagged in `error.metadata.flagged_input` (openrouter.ai/docs, errors).
"""

import asyncio
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from bot.domain.model_errors import ContentRefused, InsufficientCredit, ModelError
from providers.http.response import ProviderResponse
from providers.http.status import error_code

_ANSWER_FIELDS = ("data", "image", "images", "candidates")
_CODE_KEYS = frozenset({"code", "type", "status", "reason", "error_type", "error_code"})
_REFUSALS = frozenset(
    {
        "contentfilter",
        "contentfiltered",
        "contentfiltererror",
        "contentmoderation",
        "contentpolicy",
        "contentpolicyviolation",
        "contentpolicyviolationerror",
        "moderationblocked",
        "nsfwcontent",
        "responsibleaipolicyviolation",
        "safetyviolation",
    }
)
_UNPAID = frozenset(
    {
        "billinghardlimitreached",
        "billingnotactive",
        "insufficientbalance",
        "insufficientcredits",
        "insufficientfunds",
        "insufficientquota",
        "notenoughcredits",
        "paymentrequired",
        "projectspendlimitexceeded",
    }
)
# The status for a code in words, where a gateway answers 200. The first match counts.
_STATUS_BY_CODE: tuple[tuple[int, frozenset[str]], ...] = (
    (400, _REFUSALS),
    (402, _UNPAID),
    (429, frozenset({"ratelimitexceeded", "ratelimited", "ratelimiterror", "toomanyrequests", "resourceexhausted"})),
    (401, frozenset({"invalidapikey", "unauthorized", "unauthenticated", "authenticationerror"})),
    (403, frozenset({"permissiondenied", "forbidden"})),
    (404, frozenset({"modelnotfound", "notfound", "notfounderror", "deploymentnotfound"})),
    (408, frozenset({"timeout", "requesttimeout", "deadlineexceeded"})),
    (503, frozenset({"unavailable", "serviceunavailable", "overloadederror", "overloaded"})),
    (400, frozenset({"invalidrequesterror", "invalidrequest", "invalidargument", "badrequest", "invalidvalue"})),
)
_SUCCESS_WITHOUT_CODE = 500  # the work may be done
_EMPTY_JSON = frozenset({b"", b"null", b"[]", b"{}", b'""', b"false"})
_MAX_EMPTY_LENGTH = 64
_SMALL_BYTES = 64_000
_MAX_PARSED_BYTES = 1_000_000
_LONG_STRING = re.compile(rb'"[^"\\]{20000,}"')
# A float that no double holds would make the whole body undecodable.
_decoder = msgspec.json.Decoder(Any, float_hook=str)


@dataclass(frozen=True)
class ErrorBody:
    """An error's codes (small letters and digits only), its words, its number, and the categories a filter flagged."""

    codes: frozenset[str]
    text: str
    number: int | None
    categories: tuple[str, ...]
    has_flagged_input: bool

    @property
    def is_refusal(self) -> bool:
        return bool(self.codes & _REFUSALS) or self.has_flagged_input

    def error_by_code(self, model: str) -> ModelError | None:
        """Return the error that a code names whatever the status; None for other codes."""
        if self.codes & _UNPAID:
            return InsufficientCredit(model, error_code(*sorted(self.codes & _UNPAID)))
        return ContentRefused(model, error_code(*self.categories)) if self.is_refusal else None

    def text_without(self, prompt: str) -> str:
        """Return the words in small letters without the prompt, which they may repeat."""
        return (self.text.replace(prompt, " ") if prompt else self.text).casefold()

    @property
    def inner_status(self) -> int:
        """The status that the body stands for, if it came with 200."""
        if self.number is not None:
            return self.number
        matches = (status for status, codes in _STATUS_BY_CODE if codes & self.codes)
        return next(matches, _SUCCESS_WITHOUT_CODE)


async def read_error(response: ProviderResponse) -> ErrorBody | None:
    """Read an error body; None if it is no JSON object, for example a gateway's page."""
    if len(response.body) < _SMALL_BYTES:
        return _parse(response.body)
    return await asyncio.to_thread(_parse, response.body)


def _parse(data: bytearray) -> ErrorBody | None:
    """Parse without long strings: validation errors repeat whole reference pictures."""
    shortened = _LONG_STRING.sub(b'""', data)
    if len(shortened) > _MAX_PARSED_BYTES:
        return None
    try:
        body = _decoder.decode(shortened)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return None
    while isinstance(body, list) and body:
        body = body[0]
    return _describe(body) if isinstance(body, dict) else None


async def with_inner_status(response: ProviderResponse) -> ProviderResponse:
    """Return a success that holds an error and no answer as a response with the status that the error names."""
    if not response.is_success or b'"error"' not in response.body:
        return response
    fields = await response.decode_or_none(dict[str, msgspec.Raw])
    if fields is None or _is_empty(fields.get("error")) or not all(_is_empty(fields.get(f)) for f in _ANSWER_FIELDS):
        return response
    error = await read_error(response)
    return replace(response, status=error.inner_status) if error else response


def _is_empty(raw: msgspec.Raw | None) -> bool:
    return raw is None or (len(raw) < _MAX_EMPTY_LENGTH and bytes(raw).strip() in _EMPTY_JSON)


def _describe(body: Mapping[str, Any]) -> ErrorBody:
    codes: set[str] = set()
    words: list[str] = []
    numbers: list[int] = []
    categories: list[str] = []
    has_flagged_input = False
    for key, value in _items(body):
        if isinstance(value, str):
            words.append(value)
        if key in _CODE_KEYS and (number := _http_status(value)):
            numbers.append(number)
        elif key in _CODE_KEYS and isinstance(value, str):
            codes.add(re.sub(r"[^a-z0-9]", "", value.lower()))
        if isinstance(value, dict) and value.get("filtered") is True:
            categories.append(key)
        has_flagged_input = has_flagged_input or (key == "flagged_input" and bool(value))
    return ErrorBody(frozenset(codes), " ".join(words), next(iter(numbers), None), tuple(categories), has_flagged_input)


def _items(body: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield every key with its value, outer ones first; without recursion, because strangers choose the depth."""
    level: list[tuple[str, Any]] = list(body.items())
    while level:
        yield from level
        inner: list[tuple[str, Any]] = []
        for key, value in level:
            if isinstance(value, dict):
                inner += value.items()
            elif isinstance(value, list):
                inner += ((key, item) for item in value)
        level = inner


def _http_status(value: object) -> int | None:
    """Return a status of 400 to 599, which gateways write as a number or as text."""
    if isinstance(value, str) and re.fullmatch(r"[45]\d\d", value):
        return int(value)
    is_status = isinstance(value, int) and not isinstance(value, bool) and 400 <= value <= 599
    return int(value) if is_status else None  # type: ignore[call-overload]
