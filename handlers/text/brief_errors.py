"""Errors of a command that cannot be cast, with a command that works."""

import re

from bot.domain.command import parse_brief
from bot.domain.command_options import before_options
from bot.domain.errors import BriefError, ReferenceUnclear
from handlers.text.format import escape_mrkdwn, join_words, truncate
from handlers.text.recall import did_you_mean

_EXAMPLE = "Maya: weathered 60-year-old fisherwoman, deep crow's feet, salt-cracked lips"
_GOT_LIMIT = 80
_LINE_LIMIT = 300
_NAME_AND_BRIEF = re.compile(r"\s*+[^:：\s][^:：]*+[:：]\s*+\S")
_FIXED_OPTIONS = {
    "each": " --each 2",
    "aspect": " --aspect 3:4",
    "ground": " --ground white",
    "look": " --look skin",
    "for": " --for 24h",
    "ballot": " --ballot sealed",
    "quorum": " --quorum 3",
    "use": " --use film",
}

_SENTENCES = {
    ("option", "unknown"): "I don't know {got}. I know {options}.",
    ("name", "missing"): "The name before the colon is missing.",
    ("name", "command"): "“{got}” is a command of mine, so no character can have that name.",
    ("name", "too_long"): "The name has {got} characters; up to {limit} fit.",
    ("name", "not_the_name"): "“{got}” is not the name of this character. Nothing was deleted.",
    ("reason", "missing"): "Give a reason in a few words.",
    ("reason", "too_long"): "The reason has {got} characters; up to {limit} fit.",
    ("share", "unknown"): "I don't understand “{got}” after share roster. I know --review and --watermark TEXT.",
    ("watermark", "too_long"): "The watermark has {got} characters; up to {limit} fit.",
    ("list", "missing"): "The list is empty. Write one character a line: a name, a colon and what the face looks like.",
    ("list", "too_many"): "The list has {got} lines; up to {limit} fit.",
    ("list", "unreadable"): "The table cannot be read ({got}). Check its quotation marks.",
    ("models", "unavailable_in_list"): "{got} is not available now. Choose other models, or cast this one alone.",
    ("voters", "in_list"): "--voters does not work in a list. Set it in /cast settings, or cast this one alone.",
    ("comment", "too_long"): "The comment has {got} characters; up to {limit} fit.",
    ("brief", "missing"): "I need a name, a colon and what the face looks like.",
    ("brief", "same"): "These are the words as they were. Redraw all uses them again; change some words to refine.",
    ("brief", "too_long"): "The brief has {got} characters; up to {limit} fit.",
    ("line", "too_long"): "The line has {got} characters; up to {limit} fit.",
    ("models", "unknown"): "I know the models {known}, but not {got}.",
    ("each", "not_a_count"): "--each takes a number from 1 to {limit}, not {got}.",
    ("each", "too_many"): "{got} is too many: {limit} portraits fit into one round.",
    ("aspect", "unknown"): "I know the aspects {known}, but not {got}.",
    ("ground", "unknown"): "A background is {known}, not {got}.",
    ("look", "unknown"): "I know the looks {known}, but not {got}.",
    ("like", "unknown"): "No one called {got} is cast here. /cast list shows the faces that you can see.",
    ("like", "several"): "There are several faces called {got}. Cast in the channel of the one you "
    "mean, or attach its picture with --like photo.",
    ("like", "no_model"): "A reference is taken by {known}, but not by {got}.",
    ("like", "no_reference_model"): "No model with an account here takes a reference.",
    ("like", "bad_picture"): "This file cannot be a reference: {got}. A PNG, JPEG or WebP of up to 10 MB works.",
    ("like", "consent_withdrawn"): "The person in the photo behind {got} took their consent back, so no face is drawn "
    "after it any more.",
    ("candidate", "missing"): "Choose a portrait of this round.",
    ("like", "photo_deleted"): "The attached photo was deleted at the end of its retention time. Attach it "
    "again in the form that `/cast` alone opens.",
    ("like", "heic"): "This is a HEIC photo, which I cannot read. Export it as JPEG (on an iPhone: Settings, Camera, "
    "Formats, Most Compatible) and attach it again.",
    ("alias", "missing"): "An alias needs a name, an equals sign and the other name.",
    ("alias", "colon"): "A name has no colon in it, and “{got}” has one.",
    ("alias", "unknown"): "No one called {got} in this channel's production.",
    ("alias", "near"): "I have no {got} in this channel's production. Did you mean {known}?",
    ("alias", "taken"): "“{got}” is already taken by {known}.",
    ("alias", "own"): "{got} is that character's own name.",
    ("alias", "none"): "No one in this production has the alias {got}.",
    ("like", "needs_form"): "A picture is attached in a form: `/cast` alone opens it, and so does “Cast from this "
    "message” in a message's menu.",
    ("ballot", "unknown"): "A ballot is {known}, not {got}.",
    ("voters", "unknown"): "I don't know {got} in this workspace. Name voters with @, or choose them in the "
    "form of /cast.",
    ("voters", "unable"): "{got} cannot vote: a bot or a deactivated account. Name active members.",
    ("use", "unknown"): "A face is for {known}, not {got}.",
    ("quorum", "not_a_count"): "--quorum takes a number of people from 1 to {limit}, not {got}.",
    ("quorum", "above_voters"): "The quorum is {got}, and only {limit} may vote. Name more voters, or ask for "
    "fewer votes.",
    ("for", "not_a_time"): "--for takes a time like 30m, 24h or 3d, not {got}.",
    ("for", "out_of_range"): "Voting stays open for 5 minutes to 30 days; {got} is outside.",
}
_PROBLEMS = {
    "leftover": "I don't understand “{got}” after --{field}. The brief comes before the options, in one piece.",
    "option_inside": "“{got}” looks like an option. Remove it, or write it without the two dashes.",
    "twice": "--{field} appears twice.",
    "missing": "--{field} needs a value.",
    "control": "The {field} contains a character that cannot be used ({got}). Type it again.",
}


def sentence(error: BriefError) -> str:
    """Say in one or two sentences what is wrong and that nothing was started."""
    problem_key = error.problem
    if (error.field, error.problem) == ("alias", "unknown") and error.allowed:
        problem_key = "near"
    pattern = _SENTENCES.get((error.field, problem_key)) or _PROBLEMS.get(error.problem, "I don't understand {got}.")
    problem = pattern.format(
        field=escape_mrkdwn(error.field),
        got=escape_mrkdwn(truncate(error.got, _GOT_LIMIT)) or "that",
        known=join_words([escape_mrkdwn(name) for name in error.allowed]),
        options=join_words([f"--{escape_mrkdwn(name)}" for name in error.allowed]),
        limit=error.limit,
    )
    done = {"alias": "changed", "share": "sent", "watermark": "sent"}.get(error.field, "started")
    return f"{problem} Nothing was {done}."


def unclear_reference(error: ReferenceUnclear) -> str:
    """Ask which face the portraits shall keep."""
    return f"{did_you_mean(error.got, error.allowed)} Nothing was started."


def working_line(error: BriefError, prefix: str = "/cast") -> str:
    """Return the user's command, corrected, or else an example; plain text. `prefix`: the command or the mention."""
    if error.field == "alias":
        name = error.allowed[0] if error.problem == "unknown" and error.allowed else "Maya"
        return f"/cast alias {name} = the fisherwoman"
    if error.field in ("share", "watermark"):
        return "/cast share roster --review --watermark Harbour Film"
    suggestion = f"{_typed_brief(error)}{_fixed_option(error)}"
    return f"{prefix} {suggestion if _is_valid(suggestion) else _EXAMPLE + _fixed_option(error)}"


def _typed_brief(error: BriefError) -> str:
    """Return the name and brief without options, or the example if the name or brief is wrong."""
    line = before_options(error.line).strip()
    is_usable = error.field not in ("name", "brief") and _NAME_AND_BRIEF.match(line)
    return line if is_usable and len(line) <= _LINE_LIMIT else _EXAMPLE


def _is_valid(line: str) -> bool:
    try:
        parse_brief(line)
    except BriefError:
        return False
    return True


def _fixed_option(error: BriefError) -> str:
    if error.field == "models":
        return f" --models {','.join(error.allowed[:2])}" if error.allowed else ""
    return _FIXED_OPTIONS.get(error.field, "")
