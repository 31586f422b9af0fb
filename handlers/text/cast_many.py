"""`/cast many`: the form for a pasted list, its check, and its progress."""

from decimal import Decimal

from bot.domain.cast_many import LINE_LIMIT, LineState, ManyLine, ManyList, ManyState, TypedCharacter
from bot.domain.errors import AlreadyCast, AlreadyCasting, BriefError, CastingError
from bot.usecases.cast_many import CheckedList
from handlers.text import errors
from handlers.text.format import dollars, escape_mrkdwn, join_parts, person, pluralize, truncate

TITLE = "Cast many"
CHECK = "Check the list"
LIST = "Characters"
LIST_HINT = (
    f"One a line: Maya: weathered fisherwoman, 60 --look skin. Or a table with name and brief, pasted or as CSV. Up to "
    f"{LINE_LIMIT}."
)
NOTHING_STARTED = "Nothing is drawn or charged before you confirm."
CONFIRM_TITLE = "Check the list"
CONTINUE = "Continue"
DROP_REST = "Cancel the rest"
STARTED = "The list has begun. Its message in the channel shows the progress."
_NOTHING = "Nothing was started."
_NAME_LIMIT, _TEXT_LIMIT = 60, 120
_SUBMIT_LIMIT = 24
_STOPS = {
    "overspend": "A charge was higher than reserved: confirm it in /cast spend, then continue.",
    "permission": "The person who started this list may not start rounds here any more.",
}
_PROBLEMS = {
    "dropped": "cancelled",
    "AlreadyCasting": "is being cast already",
    "AlreadyCast": "is already cast",
    "ConsentNeeded": "needs the consent to another use: send it with /cast",
    "ModelsUnavailable": "its models are not available: send it with /cast",
    "OverBudget": "costs more than one round may",
}


def submit(checked: CheckedList) -> str:
    """Return `Cast 12 for up to $2.40`, or no submit button where no line can start."""
    count = len(checked.draft.lines)
    if not count:
        return ""
    label = f"Cast {count} for {dollars(checked.draft.price)}"
    return label if len(label) <= _SUBMIT_LIMIT else f"Cast {count}"


def summary(checked: CheckedList) -> str:
    """Say how many lines start for how much, and how many do not."""
    ready, wrong = len(checked.draft.lines), len(checked.lines) - len(checked.draft.lines)
    if not ready:
        return "No line can start. Close this, correct the list and check it again."
    left_out = f"{pluralize(wrong, 'line')} will not start. Close this to correct {'it' if wrong == 1 else 'them'}."
    return join_parts(
        f"*{pluralize(ready, 'character')} for up to {dollars(checked.draft.price)}*, one after another: each round "
        "begins when the portraits of the one before are in.",
        left_out if wrong else "",
        separator=" ",
    )


def checked_line(line: TypedCharacter, price: Decimal | None) -> str:
    """Return `1 *Maya* · up to $0.21` with the brief, or what is wrong with the line."""
    if line.brief and price is not None:
        name = escape_mrkdwn(truncate(line.brief.name, _NAME_LIMIT))
        brief = escape_mrkdwn(truncate(" ".join(line.brief.text.split()), _TEXT_LIMIT))
        return f"{line.number} *{name}* · up to {dollars(price)}\n{brief}"
    typed = escape_mrkdwn(truncate(line.text, _NAME_LIMIT))
    return f"{line.number} :warning: {typed}\n{problem(line.error)}" if line.error else f"{line.number} {typed}"


def problem(error: CastingError) -> str:
    """Say what is wrong with one line."""
    if isinstance(error, AlreadyCasting):
        return f"{escape_mrkdwn(error.character)} is being cast right now."
    if isinstance(error, AlreadyCast):
        return f"{escape_mrkdwn(error.character)} is already cast. Re-cast from the face's message."
    if isinstance(error, BriefError) and (error.field, error.problem) == ("name", "twice_in_list"):
        return f"Line {error.got} has this name already."
    return errors.sentence(error).replace(_NOTHING, "").strip()


def heading(many: ManyList) -> str:
    if not many.lines:
        return "The characters of this list were deleted"
    return f"Casting {pluralize(len(many.lines), 'character')}"


def status(many: ManyList) -> str:
    """Return `3 of 12 started · asked by @lena · up to $2.40 in all`."""
    started = many.count(LineState.STARTED)
    return join_parts(
        f"{started} of {len(many.lines)} started",
        f"asked by {person(many.person)}",
        f"up to {dollars(many.price)} in all",
    )


def line(number: int, many_line: ManyLine) -> str:
    """Return `2 Maya · started`."""
    name = escape_mrkdwn(truncate(many_line.brief.name, _NAME_LIMIT))
    states = {LineState.WAITING: "waits", LineState.STARTED: "started"}
    failed = _PROBLEMS.get(many_line.problem, f"did not start: send /cast {name}: … to see why")
    return f"{number} {name} · {states.get(many_line.state, failed)}"


def stop(many: ManyList) -> str:
    """Say why the list stopped, and how it goes on; empty while it runs."""
    if many.state is not ManyState.STOPPED or many.stop is None:
        return ""
    error = many.stop.to_error()
    text = errors.sentence(error).replace(_NOTHING, "").strip() if error else _STOPS.get(many.stop.kind, "")
    return f"Stopped. {text} {pluralize(many.count(LineState.WAITING), 'line')} left; [{CONTINUE}] goes on from there."
