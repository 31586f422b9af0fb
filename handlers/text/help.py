"""Help: the commands, the options, and what to type in place of a mistyped command."""

from collections.abc import Mapping

from handlers.text.format import escape_mrkdwn, truncate

HELP = "Cast a face together."
MORE = "More: options"
OPTIONS = "Options come after the brief, in any order."
_TYPED_LIMIT = 60

# What to type, and what it does; one line names two commands about the same, so that the help stays short.
_USAGES: Mapping[str, tuple[str, str]] = {
    "cast": ("/cast Maya: weathered 60-year-old fisherwoman", "casts Maya: several models draw the same words"),
    "form": ("/cast", "opens a form; so does *Cast from this message* in the menu of a message"),
    "many": ("/cast many", "casts a pasted list, one after another, after one look at all prices"),
    "show": ("/cast Maya", "shows Maya's face to you; `@Castroom who is Maya?` shows it to the channel"),
    "list": ("/cast list", "lists every character; `/cast history Maya` lists who started, voted and locked"),
    "roster": ("/cast roster", "sends you the whole cast as one picture; `/cast share roster` as a PDF"),
    "history": ("/cast history Maya", "lists who started, voted and locked, and why"),
    "alias": (
        "/cast alias Maya = the fisherwoman",
        "gives Maya a second name; `/cast alias the fisherwoman =` removes it",
    ),
    "delete": ("/cast delete Maya", "deletes Maya with all portraits, after a question"),
    "spend": ("/cast spend", "sends you what was spent, today and this month"),
    "standings": ("/cast standings", "sends you which models your votes prefer, and how surely"),
    "settings": ("/cast settings", "opens the settings of this channel"),
    "help": ("/cast help", "shows all commands"),
}
_GROUPS = (
    ("Cast", ("cast", "form", "many")),
    ("Find a face", ("show", "list", "roster", "alias", "delete")),
    ("Models, money and settings", ("standings", "spend", "settings")),
)
# Actions that have a button and no command.
_BUTTONS: Mapping[str, str] = {
    "lock": "A face is locked with the button under its portraits. `/cast list` shows what is being cast.",
    "unlock": "A face is unlocked or cast again with the buttons under its record. `/cast history Maya` links to it.",
    "cancel": "A round is cancelled with the button or menu of its message. `/cast Maya` links to an open round.",
}
_OPTION_LINES = (
    ("--models recraft,nano-banana", "chooses the models"),
    ("--each 3", "draws three portraits with each model"),
    ("--look skin", "puts skin first; also `literal` and `balanced`"),
    ("--aspect 3:4", "sets the shape; also `1:1`, `4:5`, `2:3`, `9:16` and `16:9`"),
    ("--ground white", "puts the person on plain white; without it, on a muted background"),
    ("--4k", "draws at the largest size"),
    ("--like Maya", "keeps Maya's face; `--like photo` asks for a picture"),
    ("--ballot sealed", "keeps votes private until the close; also `quick`"),
    ("--quorum 3", "needs three voters"),
    ("--voters @mei,@daniel", "names the people who vote"),
    ("--for 24h", "closes the vote after a day; also `30m` or `3d`"),
    ("--use film", "records what the face is for; also `advertising` and `internal`"),
)


def groups() -> tuple[str, ...]:
    """Return each group of commands, with its title and one command a line."""
    return tuple(f"*{title}*\n" + "\n".join(_line(*_USAGES[command]) for command in names) for title, names in _GROUPS)


def option_lines() -> str:
    return "\n".join(_line(*option) for option in _OPTION_LINES)


def meant(typed: str, command: str) -> str:
    """Say that a line is no command, and how the nearest one is written."""
    line = escape_mrkdwn(truncate(typed, _TYPED_LIMIT))
    return f"“{line}” is no command, and no character has that name. {_hint(command)}"


def or_command(command: str) -> str:
    """Offer a command beside near names."""
    return _hint(command).replace("Did you mean", "Or did you mean")


def _hint(command: str) -> str:
    if command in _BUTTONS:
        return _BUTTONS[command]
    usage, effect = _USAGES[command]
    return f"Did you mean `{usage}`? It {effect}."


def _line(usage: str, effect: str) -> str:
    return f"`{usage}` {effect}"
