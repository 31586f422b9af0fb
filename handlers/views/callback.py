"""The form for a callback."""

from typing import Any

from bot.usecases.callback import CallbackOptions
from handlers.text import callback as words
from handlers.text import errors, follow_ups, labels
from handlers.text.model_titles import Titles
from handlers.views.builder import Block, section, view
from handlers.views.fields import build_modal, checkboxes, choices_of, select

CALLBACK_ID = "callback"
FINALISTS, SITUATIONS, MODEL = "callback_finalists", "callback_situations", "callback_model"


def form(options: CallbackOptions, key: str, titles: Titles, note: str = "") -> dict[str, Any]:
    """Build the modal; every choice updates the price. `note` says what changed since."""
    name = options.round.character
    intro = words.form_intro(name, is_locked=options.is_locked)
    return build_modal(
        CALLBACK_ID,
        f"{options.round.id} {key} {options.price}",
        words.title(name),
        words.SUBMIT,
        view(
            intro,
            section(note) if note else None,
            section(intro),
            _finalists(options, titles),
            checkboxes(
                SITUATIONS,
                words.SITUATIONS,
                choices_of(words.SITUATION_LABELS),
                options.choice.situations or (),
                optional=False,
                hint=words.SITUATIONS_HINT,
                dispatch=True,
            ),
            _model(options),
            section(_price(options)),
        ),
    )


def _finalists(options: CallbackOptions, titles: Titles) -> Block:
    tally = options.round.tally
    choices = [
        (labels.candidate(slot.number, titles(slot.model), tally.votes.get(slot.number) if tally else None), slot.id)
        for slot in options.candidates
        if slot.number
    ]
    chosen, hint = options.choice.finalists or (), words.FINALISTS_HINT
    return checkboxes(FINALISTS, words.FINALISTS, choices, chosen, optional=False, hint=hint, dispatch=True)


def _model(options: CallbackOptions) -> Block:
    choices = [(words.model_choice(m.title, options.price_with(m)), m.id) for m in options.models]
    return select(MODEL, words.MODEL, choices, options.choice.model, hint=words.MODEL_HINT, dispatch=True)


def _price(options: CallbackOptions) -> str:
    if options.refusal:
        return errors.sentence(options.refusal)
    return follow_ups.price(options.view_count, options.price)
