"""What Recraft says back: pictures with what they cost in credits, and errors whose shapes nobody publishes."""

import re
from decimal import Decimal
from typing import Any

import msgspec

from bot.budget import Charge
from bot.errors import ModelError, Paid, Refused, Retired, Unpaid
from providers._believed import usd
from providers._http import Reply
from providers._status import codes, rejected

CREDITS_PER_DOLLAR = 1000

# Neither codes nor shapes of errors are published, only that they are JSON; so their words are searched.
_MEANINGS: tuple[tuple[re.Pattern[str], type[ModelError]], ...] = (
    (re.compile(r"\bcredits?\b|_credits|\bbalance\b|payment|billing|insufficient.funds"), Unpaid),
    (re.compile(r"moderat|nsfw|safety|content.policy|prohibited|inappropriate"), Refused),
    (
        re.compile(
            r"model.not.found|(?:unknown|invalid|deprecated|retired|unsupported).model"
            r"|model\W+\S+ (?:was |is |has been )?(?:not (?:found|available)|no longer|deprecated|retired)"
            r"|model\W+\S+ does not exist"
        ),
        Retired,
    ),
)


class Picture(msgspec.Struct):
    b64_json: bytes | None = None


class Drawn(msgspec.Struct):
    """What drawing answers: a list of pictures."""

    data: list[Picture] | None = None
    credits: Decimal | None = None

    @property
    def picture(self) -> bytes | None:
        return next((picture.b64_json for picture in self.data or () if picture.b64_json), None)


class Enlarged(msgspec.Struct):
    """What upscaling answers: one picture, and no list."""

    image: Picture | None = None
    credits: Decimal | None = None

    @property
    def picture(self) -> bytes | None:
        return (self.image.b64_json or None) if self.image else None


class _Bill(msgspec.Struct):
    """An answer of which the price alone is read."""

    credits: Decimal | None = None


async def cost(reply: Reply) -> Decimal | None:
    """What an answer was charged with, in dollars, whatever became of its picture."""
    bill = await reply.said(_Bill)
    return _dollars(bill.credits) if bill else None


def charge(credits_: Decimal | None, listed: Decimal) -> Charge:
    """The credits in dollars, or the `listed` price where none were told."""
    told = _dollars(credits_)
    return Charge(listed, "listed") if told is None else Charge(told, "exact")


def paid(credits_: Decimal | None) -> Paid:
    """Whether an answer without a picture was charged."""
    told = _dollars(credits_)
    if told is None:
        return "maybe"
    return "yes" if told else "no"


def _dollars(credits_: Decimal | None) -> Decimal | None:
    return usd(credits_ / CREDITS_PER_DOLLAR) if credits_ is not None and credits_.is_finite() else None


async def failure(reply: Reply, model: str, prompt: str) -> ModelError:
    """The error of a bad reply: what its words mean, without the prompt they may repeat, then what its status means."""
    said = await reply.said(dict[str, Any])
    if said is None:
        return rejected(reply, model, "", spoken=False)
    code = said.get("code")
    detail = codes(code if isinstance(code, str) else None)
    if 400 <= reply.status < 500 and reply.status != 401:
        words = _words(said, prompt)
        for meaning, kind in _MEANINGS:
            if meaning.search(words):
                return kind(model, detail)
    return rejected(reply, model, detail, spoken=True)


def _words(said: dict[str, Any], prompt: str) -> str:
    """All the error says, without the prompt that it may repeat: a brief may speak of balance and safety."""
    words = " ".join(value for value in _flat(said) if isinstance(value, str))
    return (words.replace(prompt, " ") if prompt else words).casefold()


def _flat(value: object) -> list[object]:
    if isinstance(value, dict):
        return [inner for item in value.values() for inner in _flat(item)]
    if isinstance(value, list):
        return [inner for item in value for inner in _flat(item)]
    return [value]
