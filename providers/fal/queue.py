"""fal's queue: an order is taken in one short call, and its answer is looked at until it is there (fal_client 1.0.3).

Only the order costs. So whatever is odd while looking (a cut line, a gateway's page, too many looks) is looked at again
until time is up; what fal itself says of the order is believed at once.
"""

import asyncio
import re
from collections.abc import Callable
from typing import TypeVar

import msgspec

from bot.domain.errors import (
    AuthenticationFailed,
    ContentRefused,
    InsufficientCredit,
    InvalidImage,
    ModelError,
    ModelRetired,
    ProviderDown,
    TimedOut,
)
from providers.http.client import AccountClient, ProviderResponse
from providers.http.status import error_code, error_for_status

T = TypeVar("T")

_PENDING_STATUSES = frozenset({"IN_QUEUE", "IN_PROGRESS"})
_POLL_TIMEOUT_SECONDS = 30.0
_FIRST_DELAY, _MAX_DELAY, _BACKOFF_FACTOR = 0.2, 2.0, 1.4
_REFUSAL = "content_policy_violation"
_NO_MEDIA = "no_media_generated"
# The 403 of a locked account says why in words (fal-ai/fal, issues 1068 and 1147).
_BALANCE_PATTERN = re.compile(r"\bbalance\b|billing|top up", re.IGNORECASE)


class QueuedJob(msgspec.Struct):
    """Where an order's answer will be; `references` were sent with it, which its price counts."""

    request_id: str
    status_url: str
    response_url: str
    references: int = 0

    @classmethod
    def parse(cls, text: str, model: str) -> "QueuedJob":
        """A ticket as it was kept; raises BadPicture for one nobody wrote here."""
        try:
            return msgspec.json.decode(text, type=cls)
        except msgspec.DecodeError as error:
            raise InvalidImage(model, "unreadable ticket", "maybe") from error

    def __str__(self) -> str:
        return msgspec.json.encode(self).decode()


class File(msgspec.Struct):
    """A picture in an answer; its address may be a `data:` one."""

    url: str
    content_type: str | None = None


class Result(msgspec.Struct):
    """Drawing gives `images`, enlarging one `image`."""

    images: list[File] = []
    image: File | None = None
    seed: int | None = None

    @property
    def file(self) -> File | None:
        return self.image or next(iter(self.images), None)


class _Status(msgspec.Struct):
    status: str


class _Problem(msgspec.Struct):
    type: str = ""
    loc: list[str | int] = []
    categories: list[str] | None = None


class _ErrorBody(msgspec.Struct):
    """`detail` is a sentence where the platform speaks, a list where the model does."""

    detail: str | list[_Problem]
    error_type: str | None = None

    @property
    def problems(self) -> list[_Problem]:
        return self.detail if isinstance(self.detail, list) else []


class Queue:
    """The account's queue, for one model."""

    def __init__(self, client: AccountClient, model: str) -> None:
        self._client = client
        self._model = model

    async def enqueue(self, path: str, body: object, timeout: float, references: int = 0) -> QueuedJob:
        """Put an order in; raises a ModelError. An input that does not fit is told only when the answer is fetched."""
        response = await self._client.post(f"/{path}", body, model=self._model, timeout=timeout)
        if not response.is_success:
            error_body = await response.decode_error(_ErrorBody)
            if error_body is None:
                raise error_for_status(response, self._model, "", from_vendor=False)
            raise _error_for_body(error_body, response, self._model)
        job = await response.decode_success(QueuedJob, self._model)
        job.references = references
        return job

    async def collect(self, job: QueuedJob, timeout: float) -> Result:
        """Wait at most `within` seconds for the answer; raises a ModelError. Spends nothing."""
        try:
            async with asyncio.timeout(timeout):
                await self._poll(job.status_url, _Status, lambda status: status.status not in _PENDING_STATUSES)
                return await self._poll(job.response_url, Result, lambda _: True)
        except TimeoutError as error:
            raise TimedOut(self._model, f"{timeout:g} s", "maybe") from error

    async def download(self, file: File, timeout: float) -> bytes:
        return await self._client.download(file.url, model=self._model, timeout=timeout)

    async def _poll(self, url: str, response_type: type[T], is_done: Callable[[T], bool]) -> T:
        delay = _FIRST_DELAY
        while (polled := await self._poll_once(url, response_type)) is None or not is_done(polled):
            await asyncio.sleep(delay)
            delay = min(delay * _BACKOFF_FACTOR, _MAX_DELAY)
        return polled

    async def _poll_once(self, url: str, response_type: type[T]) -> T | None:
        """What fal says there; None where it was not fal that answered, or it asks for patience."""
        try:
            response = await self._client.get(url, model=self._model, timeout=_POLL_TIMEOUT_SECONDS)
            if response.is_success:
                return await response.decode_success(response_type, self._model)
        except (ProviderDown, TimedOut):
            return None
        except InvalidImage as error:
            if error.detail == "not JSON":
                return None
            raise
        error_body = await response.decode_error(_ErrorBody)
        if error_body is None or response.status == 429:
            return None
        raise _after_enqueue(_error_for_body(error_body, response, self._model))


def _error_for_body(error_body: _ErrorBody, response: ProviderResponse, model: str) -> ModelError:
    """The kind of problem first, then the status; sentences are not kept, since they may repeat the prompt."""
    problem_types = [problem.type for problem in error_body.problems]
    if _REFUSAL in problem_types:
        return ContentRefused(
            model, error_code(*(word for p in error_body.problems for word in p.categories or ())) or _REFUSAL
        )
    if _NO_MEDIA in problem_types:
        return InvalidImage(model, _NO_MEDIA, "maybe")
    if response.status == 403 and isinstance(error_body.detail, str) and _BALANCE_PATTERN.search(error_body.detail):
        return InsufficientCredit(model, "balance")
    detail = error_code(error_body.error_type or response.headers.get("x-fal-error-type"), *problem_types)
    if response.status in (400, 422) and response.headers.get("x-fal-retryable") == "true":
        return ProviderDown(model, detail, "maybe")
    return error_for_status(response, model, detail, from_vendor=True)


def _after_enqueue(error: ModelError) -> ModelError:
    """What concerns account or address says nothing about the order, which was taken and may be paid for."""
    if isinstance(error, ModelRetired):
        return ProviderDown(error.model, "order not known", "maybe")
    if isinstance(error, AuthenticationFailed | InsufficientCredit):
        error.paid = "maybe"
    return error
