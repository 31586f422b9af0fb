"""Comments on candidates: the form, the thread message that collects them, and where they are offered."""

from collections.abc import Sequence

from bot.domain.comment import Comment
from bot.domain.round import Round
from bot.usecases.comments import CommentForm, CommentResult
from handlers.text.format import escape_mrkdwn, join_parts, person, pluralize, truncate

OPEN = "Comment …"
TITLE = "Comment"
SUBMIT = "Save comment"
CANDIDATE = "On which candidate"
CANDIDATE_EMPTY = "Choose a number"
TEXT = "What would you change?"
TEXT_HINT = "A few words for the next brief: softer eyes. Leave it empty to delete your comment on this number."
VARY_PLACEHOLDER = "Choose a comment"
REFINE_LABEL = "Add comments to the brief"
_OPEN_NOTE = "Everyone here sees comments in the thread, with names. A comment is no vote."
_SEALED_NOTE = (
    "Sealed: comments stay hidden until voting closes. After that everyone sees them, without names. A comment is no "
    "vote."
)
# docs.slack.dev, "Option object": the text of an option, in characters.
_OPTION_LIMIT = 75
# One section holds 3,000 characters, one message about 13,000: eight candidates with this much each fit.
_SECTION_LIMIT = 1_400


def explanation(form: CommentForm) -> str:
    """Say who will see the comment."""
    return _SEALED_NOTE if form.round.is_sealed else _OPEN_NOTE


def own_comments(form: CommentForm) -> str:
    """Return `You wrote on 2: softer eyes.`, one line a comment; empty without any."""
    numbers = {slot_id: number for number, slot_id in form.round.slot_id_by_number.items()}
    own = sorted((numbers[slot_id], text) for slot_id, text in form.own.items() if slot_id in numbers)
    return "\n".join(f"You wrote on {number}: {escape_mrkdwn(text)}" for number, text in own)


def receipt(result: CommentResult) -> str:
    """Confirm a comment, or its deletion."""
    if not result.text:
        return f"You have no comment on {result.number} now."
    where = "It is shown after the close, without your name." if result.round.is_sealed else "It is in the thread."
    return f"Comment on {result.number} saved. {where}"


def heading(round_: Round, count: int) -> str:
    return f"*{pluralize(count, 'comment')} on {escape_mrkdwn(round_.character)}'s candidates*"


NONE_LEFT = "All comments on these candidates were deleted."


def on_candidate(number: int, comments: Sequence[Comment], *, with_names: bool) -> str:
    """Return the newest comments on one candidate, one a line under its number, as many as fit."""
    lines: list[str] = []
    for comment in reversed(comments):
        line = join_parts(f"• {escape_mrkdwn(comment.text)}", person(comment.person) if with_names else "")
        if sum(map(len, lines)) + len(line) > _SECTION_LIMIT:
            break
        lines.insert(0, line)
    hidden = len(comments) - len(lines)
    more = [f"and {pluralize(hidden, 'earlier comment')}"] if hidden else []
    return "\n".join([f"*{number}*", *lines, *more])


def option(number: int, comment: Comment) -> str:
    """Return `4: softer eyes`, in plain text."""
    return truncate(f"{number}: {comment.text}", _OPTION_LIMIT)


def vary_option(number: int, comment: Comment, tail: str) -> str:
    """Return `Vary 4: softer eyes · up to $0.05`, shortened in the middle, in plain text."""
    return f"{truncate(f'Vary {number}: {comment.text}', _OPTION_LIMIT - len(tail))}{tail}"
