"""The most similar command to a mistyped one, such as `setings` or `spend last month`."""

from collections.abc import Mapping

from rapidfuzz import fuzz, process

from bot.domain.names import normalize_name

COMMANDS = ("help", "many", "list", "roster", "history", "alias", "delete", "spend", "standings", "settings")
# What people type for a command, and for what a button does.
_OTHER_WORDS: Mapping[str, tuple[str, ...]] = {
    "help": ("h", "man", "usage", "info", "hilfe", "ayuda", "aide", "commands", "command"),
    "many": ("several", "bulk", "batch", "csv", "import"),
    "list": ("ls", "all", "everyone", "everybody", "faces", "characters", "names"),
    "roster": ("poster", "sheet", "overview"),
    "history": ("log", "audit", "versions", "version"),
    "alias": ("aka", "rename", "nickname"),
    "spend": ("spent", "spends", "cost", "costs", "money", "budget", "price", "prices"),
    "standings": ("standing", "ranking", "rankings", "leaderboard", "stats", "scores", "compare"),
    "settings": ("set", "config", "configure", "setup", "preferences", "options"),
    "delete": ("remove", "erase", "del", "rm"),
    "lock": ("lock", "decide", "close"),
    "unlock": ("unlock", "recast", "re-cast", "again"),
    "cancel": ("cancel", "stop", "drop", "abort"),
    "cast": ("cast", "new", "create", "start", "add", "make"),
    "show": ("show", "recall", "find", "get", "who"),
}
_COMMAND_BY_WORD = {word: command for command, words in _OTHER_WORDS.items() for word in words}
_MIN_SIMILARITY = 70
_SHORTEST, _LONGEST = 3, 20


def meant_command(line: str) -> str:
    """Return the command or the action that a line asks for by its first word; empty if none is near."""
    words = normalize_name(line[: 4 * _LONGEST]).split()
    word = words[0].strip("-/\\!?.,:;") if words else ""
    if word in COMMANDS or word in _COMMAND_BY_WORD:
        return _COMMAND_BY_WORD.get(word, word)
    if not _SHORTEST <= len(word) <= _LONGEST:
        return ""
    # "many" is as near to names such as Maya and Mara as to its own misspellings.
    known = (*(command for command in COMMANDS if command != "many"), "unlock", "cancel")
    nearest = process.extractOne(word, known, scorer=fuzz.ratio, score_cutoff=_MIN_SIMILARITY)
    return nearest[0] if nearest else ""
