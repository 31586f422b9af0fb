"""fal's queue: an order is taken in one short call, and its answer is looked at until it is there (fal_client 1.0.3).

Only the order costs. So whatever is odd while looking (a cut line, a gateway's page, too many looks) is looked at again
until time is up; what fal itself says of the order is believed at once.
"""

import asyncio
import re
from collections.abc import Callable
from typing import TypeVar

import msgspec

from bot.errors import BadKey, BadPicture, Down, ModelError, Refused, Retired, TimedOut, Unpaid
from providers._http import Http, Reply
from providers._status import codes, rejected

T = TypeVar("T")

_WORKING = frozenset({"IN_QUEUE", "IN_PROGRESS"})
_LOOK_SECONDS = 30.0
_FIRST_PAUSE, _LONGEST_PAUSE, _SLOWER = 0.2, 2.0, 1.4
_REFUSAL = "content_policy_violation"
_NO_MEDIA = "no_media_generated"
# The 403 of a locked account says why in words (fal-ai/fal, issues 1068 and 1147).
_BALANCE = re.compile(r"\bbalance\b|billing|top up", re.IGNORECASE)


class Ticket(msgspec.Struct):
    """Where an order's answer will be; `references` were sent with it, which its price counts."""

    request_id: str
    status_url: str
    response_url: str
    references: int = 0

    @classmethod
    def read(cls, text: str, model: str) -> "Ticket":
        """A ticket as it was kept; raises BadPicture for one nobody wrote here."""
        try:
            return msgspec.json.decode(text, type=cls)
        except msgspec.DecodeError as error:
            raise BadPicture(model, "unreadable ticket", "maybe") from error

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


class _Failure(msgspec.Struct):
    """`detail` is a sentence where the platform speaks, a list where the model does."""

    detail: str | list[_Problem]
    error_type: str | None = None

    @property
    def problems(self) -> list[_Problem]:
        return self.detail if isinstance(self.detail, list) else []


class Queue:
    """The account's queue, for one model."""

    def __init__(self, http: Http, model: str) -> None:
        self._http = http
        self._model = model

    async def order(self, path: str, body: object, within: float, references: int = 0) -> Ticket:
        """Put an order in; raises a ModelError. An input that does not fit is told only when the answer is fetched."""
        reply = await self._http.post(f"/{path}", body, model=self._model, within=within)
        if not reply.good:
            failure = await reply.said(_Failure)
            if failure is None:
                raise rejected(reply, self._model, "", spoken=False)
            raise _error(failure, reply, self._model)
        ticket = await reply.drawn(Ticket, self._model)
        ticket.references = references
        return ticket

    async def collect(self, ticket: Ticket, within: float) -> Result:
        """Wait at most `within` seconds for the answer; raises a ModelError. Spends nothing."""
        try:
            async with asyncio.timeout(within):
                await self._seen(ticket.status_url, _Status, lambda status: status.status not in _WORKING)
                return await self._seen(ticket.response_url, Result, lambda _: True)
        except TimeoutError as error:
            raise TimedOut(self._model, f"{within:g} s", "maybe") from error

    async def picture(self, file: File, within: float) -> bytes:
        return await self._http.picture(file.url, model=self._model, within=within)

    async def _seen(self, url: str, kind: type[T], done: Callable[[T], bool]) -> T:
        pause = _FIRST_PAUSE
        while (seen := await self._look(url, kind)) is None or not done(seen):
            await asyncio.sleep(pause)
            pause = min(pause * _SLOWER, _LONGEST_PAUSE)
        return seen

    async def _look(self, url: str, kind: type[T]) -> T | None:
        """What fal says there; None where it was not fal that answered, or it asks for patience."""
        try:
            reply = await self._http.get(url, model=self._model, within=_LOOK_SECONDS)
            if reply.good:
                return await reply.drawn(kind, self._model)
        except (Down, TimedOut):
            return None
        except BadPicture as bad:
            if bad.detail == "not JSON":
                return None
            raise
        failure = await reply.said(_Failure)
        if failure is None or reply.status == 429:
            return None
        raise _after_order(_error(failure, reply, self._model))


def _error(failure: _Failure, reply: Reply, model: str) -> ModelError:
    """The kind of problem first, then the status; sentences are not kept, since they may repeat the prompt."""
    kinds = [problem.type for problem in failure.problems]
    if _REFUSAL in kinds:
        return Refused(model, codes(*(word for p in failure.problems for word in p.categories or ())) or _REFUSAL)
    if _NO_MEDIA in kinds:
        return BadPicture(model, _NO_MEDIA, "maybe")
    if reply.status == 403 and isinstance(failure.detail, str) and _BALANCE.search(failure.detail):
        return Unpaid(model, "balance")
    detail = codes(failure.error_type or reply.headers.get("x-fal-error-type"), *kinds)
    if reply.status in (400, 422) and reply.headers.get("x-fal-retryable") == "true":
        return Down(model, detail, "maybe")
    return rejected(reply, model, detail, spoken=True)


def _after_order(error: ModelError) -> ModelError:
    """What concerns account or address says nothing about the order, which was taken and may be paid for."""
    if isinstance(error, Retired):
        return Down(error.model, "order not known", "maybe")
    if isinstance(error, BadKey | Unpaid):
        error.paid = "maybe"
    return error
