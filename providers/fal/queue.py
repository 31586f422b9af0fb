"""fal's queue: one call submits a job, then the client polls until the result is there (fal_client 1.0.3).

Only the submission is billed. So the client polls again after a lost connection, a gateway's page or a 429, until the
timeout. An error that fal itself reports for the job is final.
"""

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import msgspec

from bot.domain.budget import Charge
from bot.domain.model_errors import (
    AuthenticationFailed,
    ContentRefused,
    InsufficientCredit,
    InvalidImage,
    ModelError,
    ModelRetired,
    ProviderDown,
    RateLimited,
    ReferenceRefused,
    TimedOut,
)
from bot.ports.image_models import GenerationResult
from providers.http import sanitize
from providers.http.client import AccountClient
from providers.http.costs import parse_raw
from providers.http.error_body import read_error, with_inner_status
from providers.http.response import ProviderResponse
from providers.http.status import error_code, error_for_status

T = TypeVar("T")

_PENDING_STATUSES = frozenset({"IN_QUEUE", "IN_PROGRESS"})
_POLL_TIMEOUT_SECONDS = 30.0
_FIRST_DELAY, _MAX_DELAY, _BACKOFF_FACTOR = 0.2, 2.0, 1.4
_REFUSAL = "content_policy_violation"
_PICTURE_FIELDS = frozenset({"image_url", "image_urls", "image", "images"})
_NO_MEDIA = "no_media_generated"
# A 403 of a locked account gives its reason only as text (fal-ai/fal, issues 1068 and 1147).
_BALANCE_PATTERN = re.compile(r"\bbalance\b|billing|top up", re.IGNORECASE)


class QueuedJob(msgspec.Struct):
    """A submitted job and where its result will be; `references` is how many were sent, for the price."""

    request_id: str
    status_url: str
    response_url: str
    references: int = 0

    @classmethod
    def parse(cls, text: str, model: str) -> "QueuedJob":
        """Parse a stored job id; raises InvalidImage if it is not one of ours."""
        try:
            return msgspec.json.decode(text, type=cls)
        except msgspec.DecodeError as error:
            raise InvalidImage(model, "unreadable job id", "maybe") from error

    def __str__(self) -> str:
        return msgspec.json.encode(self).decode()


class _File(msgspec.Struct):
    """A picture in a result; `url` may be a `data:` URL."""

    url: str | None = None
    content_type: msgspec.Raw = msgspec.Raw()


class _Result(msgspec.Struct):
    """Models return `images`, the upscaler returns `image`."""

    images: list[_File | None] | None = None
    image: _File | None = None
    seed: msgspec.Raw = msgspec.Raw()

    @property
    def file(self) -> _File | None:
        return next((file for file in (self.image, *(self.images or ())) if file and file.url), None)


class _Status(msgspec.Struct):
    status: str


class _Problem(msgspec.Struct):
    type: str | None = None
    loc: list[str | int | None] | None = None
    categories: list[str | None] | None = None

    @property
    def is_about_reference(self) -> bool:
        """Whether the problem is a picture that was sent."""
        return any(part in _PICTURE_FIELDS for part in self.loc or ())


class _ErrorBody(msgspec.Struct):
    """`detail` is a sentence from fal's platform, or a list of problems from the model."""

    detail: str | list[_Problem | None] | None = None
    error_type: str | None = None

    @property
    def problems(self) -> list[_Problem]:
        return [problem for problem in self.detail if problem] if isinstance(self.detail, list) else []


@dataclass(frozen=True)
class Queue:
    """The account's queue for one model."""

    _client: AccountClient
    _model: str

    async def enqueue(self, path: str, body: object, timeout_seconds: float, references: int = 0) -> QueuedJob:
        """Submit a job; raises a ModelError. fal reports an invalid input only when the result is fetched."""
        response = await self._client.post(f"/{path}", body, model=self._model, timeout_seconds=timeout_seconds)
        if not response.is_success:
            raise await _error_for_response(response, self._model)
        job = await response.decode_success(QueuedJob, self._model)
        job.references = references
        return job

    async def collect(self, job: QueuedJob, timeout_seconds: float, charge: Charge) -> GenerationResult:
        """Wait for the job and download its picture; raises a ModelError. Costs nothing and may be repeated."""
        result = await self._wait_for_result(job, timeout_seconds)
        file = result.file
        if file is None or file.url is None:
            raise InvalidImage(self._model, "no image", "maybe")
        data = await self._client.download(file.url, model=self._model, timeout_seconds=timeout_seconds)
        media_type = sanitize.media_type(parse_raw(file.content_type, str), data)
        seed = sanitize.seed(parse_raw(result.seed, int))
        return GenerationResult(data, media_type, charge, sanitize.request_id(job.request_id), seed)

    async def _wait_for_result(self, job: QueuedJob, timeout_seconds: float) -> _Result:
        try:
            async with asyncio.timeout(timeout_seconds):
                await self._poll(job.status_url, _Status, lambda status: status.status not in _PENDING_STATUSES)
                return await self._poll(job.response_url, _Result, lambda _: True)
        except TimeoutError as error:
            raise TimedOut(self._model, f"{timeout_seconds:g} s", "maybe") from error

    async def _poll(self, url: str, response_type: type[T], is_done: Callable[[T], bool]) -> T:
        delay = _FIRST_DELAY
        while (polled := await self._poll_once(url, response_type)) is None or not is_done(polled):
            await asyncio.sleep(delay)
            delay = min(delay * _BACKOFF_FACTOR, _MAX_DELAY)
        return polled

    async def _poll_once(self, url: str, response_type: type[T]) -> T | None:
        """Return fal's answer; None after a lost connection, a gateway's page or a 429."""
        try:
            received = await self._client.get(url, model=self._model, timeout_seconds=_POLL_TIMEOUT_SECONDS)
            # The status of a job has an `error` beside it, whose details come with the result.
            response = received if response_type is _Status else await with_inner_status(received)
            if response.is_success:
                return await response.decode_success(response_type, self._model)
        except (ProviderDown, TimedOut):
            return None
        except InvalidImage as error:
            if error.detail in ("not JSON", "unreadable encoding"):
                return None
            raise
        if await read_error(response) is None or received.status == 429:
            return None
        raise _after_enqueue(await _error_for_response(response, self._model))


async def _error_for_response(response: ProviderResponse, model: str) -> ModelError:
    """Map the problem types to an error, else the status. Sentences are dropped, as they may repeat the prompt."""
    body = await read_error(response)
    if body is None:
        return error_for_status(response, model, "", from_vendor=False)
    error_body = await response.decode_or_none(_ErrorBody) or _ErrorBody()
    problems = error_body.problems
    problem_types = [problem.type for problem in problems]
    # A picture that cannot be loaded, or is too small, is declined as well as one that the filter flagged.
    about_reference = bool(problems) and response.status == 422 and all(p.is_about_reference for p in problems)
    if _REFUSAL in problem_types or about_reference or body.is_refusal:
        categories = error_code(*(word for p in problems for word in p.categories or ()), *body.categories)
        refusal = ReferenceRefused if about_reference else ContentRefused
        return refusal(model, categories or error_code(*problem_types))
    if named := body.error_by_code(model):
        return named
    if _NO_MEDIA in problem_types:
        return InvalidImage(model, _NO_MEDIA, "maybe")
    if response.status == 403 and isinstance(error_body.detail, str) and _BALANCE_PATTERN.search(error_body.detail):
        return InsufficientCredit(model, "balance")
    detail = error_code(error_body.error_type or response.headers.get("x-fal-error-type"), *problem_types)
    if response.status in (400, 422) and response.headers.get("x-fal-retryable") == "true":
        return ProviderDown(model, detail, "maybe")
    return error_for_status(response, model, detail, from_vendor=True)


def _after_enqueue(error: ModelError) -> ModelError:
    """Adjust an error of the account or the URL after a submission: the job exists and may be billed."""
    if isinstance(error, ModelRetired):
        return ProviderDown(error.model, "job not found", "maybe")
    if isinstance(error, AuthenticationFailed | InsufficientCredit | RateLimited):
        error.paid = "maybe"
    return error
