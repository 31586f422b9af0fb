"""The form in which a face is cast anew or let go."""

from decimal import Decimal
from typing import Any

from bot.brief import REASON_LIMIT
from bot.recasting import How, Offer
from handlers.blocks.dialog import TEXT_LIMIT, dialog, radios, typed
from handlers.blocks.dialog import How as Field
from handlers.blocks.view import Block, context, section, view
from handlers.words import errors
from handlers.words import recasting as words

CALLBACK = "recast_face"
HOW, REASON, BRIEF = "how", "reason", "brief"
NO_ROUND = "-"


def form(
    offer: Offer, key: str, reason: str = "", text: str | None = None, how: str = "", note: str = ""
) -> dict[str, Any]:
    """The modal; `reason`, `text` and `how` are as somebody left them, `note` says what changed since."""
    told = _told(offer)
    agreed = NO_ROUND if offer.price is None else str(offer.price)
    return dialog(
        CALLBACK,
        f"{offer.round.id} {key} {agreed}",
        words.title(offer.face.character),
        words.submit(only_unlock=offer.price is None),
        view(
            told,
            section(note) if note else None,
            section(told),
            _ways(offer, how or How.KEEP) if len(offer.ways) > 1 else None,
            typed(REASON, words.REASON, reason, most=REASON_LIMIT, how=Field(hint=words.REASON_HINT)),
            *([_brief(offer.round.brief.text if text is None else text)] if offer.price is not None else []),
        ),
    )


def _told(offer: Offer) -> str:
    if offer.price is not None:
        return words.promise(offer.face, offer.earlier, offer.price)
    return words.only(offer.face, offer.earlier, errors.sentence(offer.refused) if offer.refused else "")


def _ways(offer: Offer, how: str) -> Block:
    choices = [(words.choice(way, _cost(offer.price, way)), way.value) for way in offer.ways]
    return radios(HOW, words.HOW, choices, how)


def _cost(price: Decimal | None, way: How) -> Decimal | None:
    return None if way is How.ONLY_UNLOCK else price


def _brief(text: str) -> Block | None:
    if len(text) > TEXT_LIMIT:
        return context(words.LONG_BRIEF)
    return typed(BRIEF, words.BRIEF, text, lines=True, how=Field(hint=words.BRIEF_HINT))
