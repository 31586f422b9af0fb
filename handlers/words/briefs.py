"""What is wrong with a line that cannot be cast: what was understood, what not, and a line that works."""

import re

from bot.brief import Brief
from bot.errors import BriefError
from handlers.words.text import cut, quiet, several

_EXAMPLE = "Maya: weathered 60-year-old fisherwoman, deep crow's feet, salt-cracked lips"
_GOT_LIMIT = 80
_KEPT_LIMIT = 300
_OPTION = re.compile(r"\s+(?:--|[—–―])[^\s—–―-].*", re.DOTALL)
_DIVIDED = re.compile(r"\s*[^:：\s][^:：]*[:：]\s*\S")
_MENDED = {
    "each": " --each 2",
    "aspect": " --aspect 3:4",
    "look": " --look skin",
    "for": " --for 24h",
    "ballot": " --ballot sealed",
    "quorum": " --quorum 3",
    "use": " --use film",
}

_SENTENCES = {
    ("option", "unknown"): "I don't know {got}. I know {options}.",
    ("name", "missing"): "The name before the colon is missing.",
    ("name", "too_long"): "The name has {got} characters; up to {limit} fit.",
    ("reason", "missing"): "Say why, in a few words.",
    ("reason", "too_long"): "The reason has {got} characters; up to {limit} fit.",
    ("brief", "missing"): "I need a name, a colon and what the face looks like.",
    ("brief", "same"): "These are the words as they were. All again draws those once more; other words are refined.",
    ("brief", "too_long"): "The brief has {got} characters; up to {limit} fit.",
    ("line", "too_long"): "The line has {got} characters; up to {limit} fit.",
    ("models", "unknown"): "I know the models {known}, but not {got}.",
    ("each", "not_a_count"): "--each takes a number from 1 to {limit}, not {got}.",
    ("each", "too_many"): "{got} is too many: {limit} portraits fit into one round.",
    ("aspect", "unknown"): "I know the aspects {known}, but not {got}.",
    ("look", "unknown"): "I know the looks {known}, but not {got}.",
    ("like", "unknown"): "I have no face called {got} that you may see. /cast list shows those that you may.",
    ("like", "several"): "There are several faces called {got} that you may see. Cast in the channel of the one you "
    "mean, or attach its picture with --like photo.",
    ("like", "no_model"): "A reference is taken by {known}, but not by {got}.",
    ("like", "nobody"): "No model with an account here takes a reference.",
    ("like", "bad_picture"): "This file cannot be a reference: {got}. A PNG, JPEG or WebP of up to 10 MB works.",
    ("alias", "missing"): "An alias needs a name, an equals sign and the other name.",
    ("alias", "colon"): "A name has no colon in it, and “{got}” has one.",
    ("alias", "unknown"): "I have no {got} in this channel's production.",
    ("alias", "taken"): "In this production “{got}” is {known} already.",
    ("alias", "own"): "{got} is that character's own name.",
    ("alias", "none"): "Nobody in this production has the alias {got}.",
    ("like", "needs_form"): "A picture is attached in a form: `/cast` alone opens it, and so does “Cast from this "
    "message” in a message's menu.",
    ("ballot", "unknown"): "A ballot is {known}, not {got}.",
    (
        "voters",
        "unknown",
    ): "I don't know {got} in this workspace. Name voters with @, or choose them in the form of /cast.",
    ("voters", "unable"): "{got} cannot vote: a bot, or an account that is closed. Name people who are here.",
    ("use", "unknown"): "A face is for {known}, not {got}.",
    ("quorum", "not_a_count"): "--quorum takes a number of people from 1 to {limit}, not {got}.",
    ("for", "not_a_time"): "--for takes a time like 30m, 24h or 3d, not {got}.",
    ("for", "out_of_range"): "Voting stays open for 5 minutes to 30 days; {got} is outside.",
}
_PROBLEMS = {
    "twice": "--{field} stands there twice.",
    "missing": "--{field} needs a value.",
    "control": "The {field} has a character in it that cannot be read ({got}). Typing it afresh helps.",
}


def sentence(error: BriefError) -> str:
    """What is wrong, in one or two sentences; nothing was started."""
    pattern = _SENTENCES.get((error.field, error.problem)) or _PROBLEMS.get(error.problem, "I don't understand {got}.")
    wrong = pattern.format(
        field=quiet(error.field),
        got=quiet(cut(error.got, _GOT_LIMIT)) or "that",
        known=several([quiet(name) for name in error.known]),
        options=several([f"--{quiet(name)}" for name in error.known]),
        limit=error.limit,
    )
    return f"{wrong} Nothing was {'changed' if error.field == 'alias' else 'started'}."


def line_that_works(error: BriefError, to: str = "/cast") -> str:
    """Their own line where it can be mended, else an example, spoken `to` the command or the bot; plain text."""
    if error.field == "alias":
        return "/cast alias Maya = the fisherwoman"
    offered = f"{_kept(error)}{_option(error)}"
    return f"{to} {offered if _understood(offered) else _EXAMPLE + _option(error)}"


def _kept(error: BriefError) -> str:
    """The name and brief they typed, without the options; the example where those are what is wrong."""
    kept = _OPTION.sub("", error.line.strip())
    sound = error.field not in ("name", "brief") and _DIVIDED.match(kept)
    return kept if sound and len(kept) <= _KEPT_LIMIT else _EXAMPLE


def _understood(line: str) -> bool:
    """Whether nothing else is wrong with it."""
    try:
        Brief.of(line)
    except BriefError:
        return False
    return True


def _option(error: BriefError) -> str:
    if error.field == "models":
        return f" --models {','.join(error.known[:2])}" if error.known else ""
    return _MENDED.get(error.field, "")
