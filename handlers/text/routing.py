"""Which models draw and why, and what replaces unavailable ones."""

from bot.domain.errors import AlternativeOffer, ModelsUnavailable, UnavailableModel
from bot.domain.round import Round
from bot.domain.routing.learned import ROUNDS_WITHOUT
from bot.domain.routing.reason import LearnedChoice, RoutingReason
from handlers.text.format import dollars, escape_mrkdwn, join_words, pluralize, truncate
from handlers.text.model_titles import Titles

_WORD_LIMIT = 30
_TITLES_LIMIT = 35
_LOOKS = {
    "": "skin and wardrobe both matter here",
    "skin": "skin comes first here",
    "literal": "wardrobe and expression come first here",
    "balanced": "a balance of skin and wardrobe is wanted here",
}
_UNAVAILABLE_REASONS = {
    "no_key": "has no account here",
    "retired": "is retired",
    "down": "does not respond right now",
    "budget": "would exceed the cap of a round",
    "no_reference": "takes no reference image here",
}
_SHORT_UNAVAILABLE_REASONS = {
    "no_key": "no key",
    "retired": "retired",
    "down": "it does not respond",
    "no_reference": "no references",
}
_CHOICE_REASONS = {"named": ", as asked", "usual": ", this production's default"}


def models(round_: Round, titles: Titles) -> str:
    """Say which models draw and why, then which requested ones do not."""
    names = join_words([escape_mrkdwn(titles(m)) for m in round_.models])
    reason = round_.routing_reason
    left_out_notes = left_out(reason)
    if reason.kind == "only_one" and not any(a.reason != "no_key" for a in reason.unavailable):
        return f"Only {names} has an account here: one model draws all {len(round_.slots)}, so the vote is not blind."
    if len(round_.models) > 1:
        learned = learned_note(reason, titles)
        return " ".join(
            [f"{names} get the same brief{reason_note(reason)}.", *([learned] if learned else []), *left_out_notes]
        )
    choice = _CHOICE_REASONS.get(reason.kind, "")
    return " ".join([f"Only {names} draws{choice}: the vote is not blind.", *left_out_notes])


def reason_note(reason: RoutingReason) -> str:
    """Return `, as asked`, `, this production's default`, ` (skin: “pores”; era: “1920s”)` or the look."""
    if reason.kind in _CHOICE_REASONS:
        return _CHOICE_REASONS[reason.kind]
    if reason.matched_rules:
        return f" ({'; '.join(f'{rule}: {_quoted(words)}' for rule, words in reason.matched_rules)})"
    return f" ({_LOOKS.get(reason.look, _LOOKS[''])})"


def learned_note(reason: RoutingReason, titles: Titles) -> str:
    """Say what this production's votes had to do with the choice; empty where they had nothing to do with it."""
    texts = [text for choice in reason.learned if (text := _learned_choice(choice, titles))]
    return f"By this production's votes: {join_words(texts)}." if texts else ""


def table_note(reason: RoutingReason, titles: Titles) -> str:
    """Say what the table alone would have chosen; empty where it would have chosen the same models."""
    if {choice.model for choice in reason.learned} == set(reason.table_models):
        return ""
    return f"the table alone would have drawn {join_words([escape_mrkdwn(titles(m)) for m in reason.table_models])}"


def left_out(reason: RoutingReason) -> list[str]:
    """Return a sentence for each requested model that does not draw."""
    return [_left_out_note(model) for model in reason.unavailable]


def unavailable(error: ModelsUnavailable) -> str:
    """Say which models are unavailable, and what their substitutes cost."""
    text = " ".join(_unavailable_note(model) for model in error.unavailable)
    return f"{text} Nothing was started."


def offer_label(alternative: AlternativeOffer) -> str:
    """Return `Cast with it for up to $0.47` or `Only with Recraft V4.1 for up to $0.14`; plain text."""
    price = dollars(alternative.price)
    if alternative.kind == "instead":
        return f"Cast with it for up to {price}"
    return f"Only with {truncate(join_words(alternative.titles), _TITLES_LIMIT)} for up to {price}"


def _left_out_note(model: UnavailableModel) -> str:
    consequence = f"{escape_mrkdwn(model.substitute)} draws instead" if model.substitute else "it was left out"
    reason = _UNAVAILABLE_REASONS.get(model.reason, _UNAVAILABLE_REASONS["down"])
    return f"{escape_mrkdwn(model.title)} {reason}, so {consequence}."


def _unavailable_note(model: UnavailableModel) -> str:
    reason = _SHORT_UNAVAILABLE_REASONS.get(model.reason, model.reason)
    text = f"{escape_mrkdwn(model.title)} is not available now ({reason})."
    if not model.substitute:
        return text
    prices = f"{dollars(model.substitute_price)} a portrait instead of {dollars(model.price)}"
    return f"{text} {escape_mrkdwn(model.substitute)} instead costs up to {prices}."


def _learned_choice(choice: LearnedChoice, titles: Titles) -> str:
    name = escape_mrkdwn(titles(choice.model))
    if choice.why == "not_drawn":
        return f"{name}, which was not drawn for {ROUNDS_WITHOUT} rounds"
    if choice.why == "votes" and choice.rounds:
        return f"{name} with {choice.ticks} of {choice.possible} ticks in {pluralize(choice.rounds, 'round')} like this"
    return ""


def _quoted(words: tuple[str, ...]) -> str:
    return ", ".join(f"“{escape_mrkdwn(truncate(word, _WORD_LIMIT))}”" for word in words)
