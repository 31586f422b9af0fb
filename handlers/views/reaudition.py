"""The form for a re-audition, and the notice of a retirement that offers it."""

from collections.abc import Sequence
from typing import Any

from bot.domain.catalogue import Retirement
from bot.domain.face import Face
from bot.domain.reaudition import MAX_PER_MODEL
from bot.usecases.reaudition import ReauditionOptions
from handlers.text import direct_messages, errors, follow_ups
from handlers.text import reaudition as words
from handlers.text.model_titles import Titles
from handlers.views.builder import Block, View, button, context, section, view
from handlers.views.fields import build_modal, select

CALLBACK_ID = "reaudition"
FIRST, OTHER, PER_MODEL = "reaudition_first", "reaudition_other", "reaudition_per_model"
NONE = "-"


def form(options: ReauditionOptions, key: str, titles: Titles, note: str = "") -> dict[str, Any]:
    """Build the modal; every choice updates the price. `note` says what changed since."""
    intro = words.form_intro(options.face, options.replacement, titles)
    counts = [(str(count), str(count)) for count in range(1, MAX_PER_MODEL + 1)]
    return build_modal(
        CALLBACK_ID,
        f"{options.round.id} {key} {options.price}",
        words.title(options.face.character),
        words.SUBMIT,
        view(
            intro,
            section(note) if note else None,
            section(intro),
            *_models(options),
            select(
                PER_MODEL,
                words.PER_MODEL,
                counts,
                str(options.choice.per_model),
                hint=words.PER_MODEL_HINT,
                dispatch=True,
            ),
            section(_price(options)),
        ),
    )


def _models(options: ReauditionOptions) -> list[Block]:
    """Offer the successor first, and a second model or none."""
    models = options.replacement.models
    choices = [(words.model_choice(m.title, m.price(options.size, 1)), m.id) for m in models]
    chosen = [*(options.choice.models or ()), NONE, NONE]
    label = words.SUCCESSOR if options.replacement.successor else words.FIRST
    fields = [select(FIRST, label, choices, chosen[0], dispatch=True)]
    if len(models) > 1:
        others = [*choices, (words.NO_OTHER, NONE)]
        fields.append(select(OTHER, words.OTHER, others, chosen[1], dispatch=True))
    return fields


def _price(options: ReauditionOptions) -> str:
    if options.refusal:
        return errors.sentence(options.refusal)
    return follow_ups.price(len(options.chosen) * options.choice.per_model, options.price)


def retirement_notice(retirement: Retirement, faces: Sequence[Face]) -> View:
    """Build the notice of a model's retirement, with a button for each face of the reader that it drew."""
    text = direct_messages.retirement_notice(retirement)
    listed = [
        section(words.listed_face(face), button("reaudition", words.OPEN, face.round_id))
        for face in faces[: words.MAX_LISTED]
    ]
    intro = section(words.list_intro(len(faces))) if faces else None
    return view(text, section(text), intro, *listed, context(words.not_listed(len(faces))))
