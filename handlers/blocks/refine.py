"""The form in which a brief is refined."""

from typing import Any

from bot.refining import Refinement
from handlers.blocks.dialog import TEXT_LIMIT, How, dialog, typed
from handlers.blocks.view import context, section, view
from handlers.words import refining as words

KIND, BRIEF = "refine", "brief"


def form(begun: Refinement) -> dict[str, Any]:
    """A modal with the brief as it stands; the round's id goes along."""
    round_ = begun.round
    fits = len(round_.brief.text) <= TEXT_LIMIT
    how = How(hint=words.routing(round_) if fits else words.TOO_LONG)
    told = words.promise(round_, begun.price)
    blocks = view(
        told,
        section(told),
        typed(BRIEF, words.BRIEF, round_.brief.text if fits else "", lines=True, how=how),
        context(words.tells(begun.tells)),
    )
    return dialog(KIND, round_.id, words.TITLE, words.SUBMIT, blocks)
