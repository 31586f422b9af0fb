"""The form for a callback."""

from typing import Any

from bot.usecases.callback import CallbackOptions
from handlers.text import callback as callback_text
from handlers.text import errors, follow_ups, labels
from handlers.text.model_titles import Titles
from handlers.views.builder import Block, section, view
from handlers.views.fields import FieldOptions, build_modal, checkboxes, select

CALLBACK_ID = "callback"
FINALISTS, SITUATIONS, MODEL = "callback_finalists", "callback_situations", "callback_model"


def form(options: CallbackOptions, key: str, titles: Titles, note: str = "") -> dict[str, Any]:
    """Build the modal; every choice updates the price. `note` says what changed since."""
    name = options.round.character
    intro = callback_text.form_intro(name, is_locked=options.is_locked)
    return build_modal(
        CALLBACK_ID,
        f"{options.round.id} {key} {options.price}",
        callback_text.title(name),
        callback_text.SUBMIT,
        view(
            intro,
            section(note) if note else None,
            section(intro),
            _finalists(options, titles),
            checkboxes(
                SITUATIONS,
                callback_text.SITUATIONS,
                callback_text.situation_choices(),
                options.choice.situations or (),
                FieldOptions(hint=callback_text.SITUATIONS_HINT, dispatch=True),
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
    field_options = FieldOptions(hint=callback_text.FINALISTS_HINT, dispatch=True)
    return checkboxes(FINALISTS, callback_text.FINALISTS, choices, options.choice.finalists or (), field_options)


def _model(options: CallbackOptions) -> Block:
    choices = [(callback_text.model_choice(m.title, options.price_with(m)), m.id) for m in options.models]
    field_options = FieldOptions(hint=callback_text.MODEL_HINT, dispatch=True)
    return select(MODEL, callback_text.MODEL, choices, options.choice.model, field_options)


def _price(options: CallbackOptions) -> str:
    if options.refusal:
        return errors.sentence(options.refusal)
    return follow_ups.price(options.view_count, options.price)
