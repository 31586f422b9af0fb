"""The private answer that lists what can be drawn again, each with its price."""

from collections.abc import Iterator, Sequence

from bot.domain.round_state import RoundState
from bot.usecases.reroll import RerollOption, RerollOptions
from handlers.text import comments as comments_text
from handlers.text import refine as refine_text
from handlers.text import reroll as words
from handlers.text.model_titles import Titles
from handlers.views import comments as comment_views
from handlers.views.builder import Block, View, button, context, section, static_select, view


def reroll(options: RerollOptions, titles: Titles) -> View:
    text = words.heading(options)
    return view(
        text,
        section(text),
        *_failed_slots(options),
        *_single_slots(options, titles),
        section(refine_text.OPEN_INTRO, button("refine", refine_text.OPEN, options.round.id)),
        section(
            words.REROLL_ALL_INTRO,
            button("reroll_all", words.reroll_all_label(options.round_price), options.round.id),
        ),
        context(words.limits_note(options)),
    )


def _failed_slots(options: RerollOptions) -> Iterator[Block]:
    for position, option in enumerate(options.failures, start=1):
        text = words.missing_title(position, len(options.failures))
        if option.slot.variation_of_slot_id:
            text = words.missing_variation_title(options.round.variation_number(option.slot))
        yield section(text, button(f"reroll_one:{position}", words.reroll_label(option.price), option.slot.id))


def _single_slots(options: RerollOptions, titles: Titles) -> Iterator[Block]:
    is_closed = options.round.state is RoundState.CLOSED
    yield from _menu("model" if is_closed else "candidate", "reroll_one", options, options.rerolls, titles)
    yield from _menu("variation", "vary", options, options.variations, titles)
    yield from _comment_variations(options)


def _menu(
    kind: str, action_id: str, options: RerollOptions, offered: Sequence[RerollOption], titles: Titles
) -> Iterator[Block]:
    if offered:
        choices = [(words.label(kind, option, titles), option.slot.id) for option in offered]
        yield section(words.intro(kind, options), static_select(action_id, words.PLACEHOLDERS[kind], choices))


def _comment_variations(options: RerollOptions) -> Iterator[Block]:
    """Offer a variation for each of the newest comments; the value is slot and timestamp."""
    prices = {option.slot.id: option.price for option in options.variations}
    choices = [
        (
            comments_text.vary_option(number, comment, words.price_tail(prices[comment.slot_id])),
            f"{comment.slot_id} {comment.event_ts_us}",
        )
        for number, comment in comment_views.offered(options.round, options.comments)
        if comment.slot_id in prices
    ]
    if choices:
        menu = static_select("vary_with", comments_text.VARY_PLACEHOLDER, choices)
        yield section(words.comment_variation_intro(options), menu)
