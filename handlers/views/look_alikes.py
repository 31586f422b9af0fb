"""The question whether two faces could be confused, in the thread of the face that was locked later."""

from bot.domain.look_alikes import LookAlikeQuestion
from handlers.text import look_alikes as words
from handlers.text import recast as recast_text
from handlers.views.builder import View, actions, button, context, section, view

ACTION_PREFIX = "look_alike:"


def question_view(asked: LookAlikeQuestion, names: tuple[str, str]) -> View:
    """Build the message; after enough answers it suggests a refinement."""
    value = f"{asked.round_id} {asked.other_round_id}"
    answers = [button(f"{ACTION_PREFIX}yes", words.YES, value), button(f"{ACTION_PREFIX}no", words.NO, value)]
    text = words.question(names)
    return view(
        text,
        section(text),
        context(words.explanation(asked)),
        context(words.CLOSED) if asked.is_closed else actions(answers),
        context(words.counts(asked)),
        section(words.suggestion(asked, names)) if asked.is_noted else None,
        actions([button("recast_face", recast_text.OPEN, asked.round_id)]) if asked.is_noted else None,
    )
