"""The form for a re-cast or an unlock."""

from typing import Any

from bot.domain.brief import REASON_LIMIT
from bot.usecases.recast import RecastMode, RecastOptions
from handlers.text import errors
from handlers.text import recast as words
from handlers.views.builder import Block, section, view
from handlers.views.fields import build_modal, long_text_inputs, radio_buttons, text_input

CALLBACK_ID = "recast_face"
MODE, REASON, BRIEF = "how", "reason", "brief"
NO_PRICE = "-"


def form(
    options: RecastOptions, key: str, reason: str = "", text: str | None = None, mode: str = "", note: str = ""
) -> dict[str, Any]:
    """Build the modal; `reason`, `text` and `mode` are earlier inputs, `note` says what changed since."""
    intro = _intro(options)
    brief = options.round.brief.text if text is None else text
    shown_price = NO_PRICE if options.price is None else str(options.price)
    return build_modal(
        CALLBACK_ID,
        f"{options.round.id} {key} {shown_price}",
        words.title(options.face.character),
        words.submit(only_unlock=options.price is None or mode == RecastMode.ONLY_UNLOCK),
        view(
            intro,
            section(note) if note else None,
            section(intro),
            _mode_input(options, mode or RecastMode.KEEP) if len(options.modes) > 1 else None,
            text_input(REASON, words.REASON, reason, max_length=REASON_LIMIT, hint=words.REASON_HINT),
            *(long_text_inputs(BRIEF, words.BRIEF, brief, hint=words.BRIEF_HINT) if options.price is not None else ()),
        ),
    )


def _intro(options: RecastOptions) -> str:
    if options.price is not None:
        return words.intro(options.face, options.previous_face, options.price)
    return words.unlock_only_intro(
        options.face, options.previous_face, errors.sentence(options.refusal) if options.refusal else ""
    )


def _mode_input(options: RecastOptions, selected: str) -> Block:
    choices = [(words.mode_label(mode, options.price), mode.value) for mode in options.modes]
    return radio_buttons(MODE, words.MODE, choices, selected, dispatch=True)
