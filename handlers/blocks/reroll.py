"""The private answer with everything that can be drawn again, each with its price."""

from collections.abc import Iterator

from bot.rerolling import Offer
from bot.round import State
from handlers.blocks.view import Block, View, button, context, section, select, view
from handlers.words import rerolling as words
from handlers.words.titles import Titles


def reroll(offer: Offer, titles: Titles) -> View:
    told = words.heading(offer)
    return view(
        told,
        section(told),
        *_misses(offer),
        *_singly(offer, titles),
        section(words.REFINED, button("refine", words.REFINE, offer.round.id)),
        section(words.ALL_AGAIN, button("reroll_all", words.press_all(offer.all_price), offer.round.id)),
        context(words.below(offer)),
    )


def _misses(offer: Offer) -> Iterator[Block]:
    for position, one in enumerate(offer.misses, start=1):
        told = words.missing(position, len(offer.misses))
        if one.slot.vary_of:
            told = words.missing_variation(offer.round.varied(one.slot))
        yield section(told, button(f"reroll_one:{position}", words.press_one(one.price), one.slot.id))


def _singly(offer: Offer, titles: Titles) -> Iterator[Block]:
    if offer.again and offer.round.state is State.CLOSED:
        models = [(words.model(titles(one.slot.model), one.price), one.slot.id) for one in offer.again]
        yield section(words.model_again(offer), select("reroll_one", words.MODEL_AGAIN, models))
    elif offer.again:
        numbers = [(words.again(one.slot.number or 0, one.price), one.slot.id) for one in offer.again]
        yield section(words.one_again(offer), select("reroll_one", words.AGAIN, numbers))
    if offer.varied:
        choices = [(words.vary(one.slot.number or 0, one.price), one.slot.id) for one in offer.varied]
        yield section(words.varied(offer), select("vary", words.VARY, choices))
