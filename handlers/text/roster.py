"""The picture of a production's cast: its message, title and captions."""

from bot.domain.face import Character
from bot.imaging.fonts import can_render
from bot.imaging.poster import Caption
from bot.usecases.roster_poster import VisibleRoster
from handlers.text.format import escape_mrkdwn, pluralize, short_calendar_date, truncate

NO_FACES = (
    "No one is cast for this channel's production yet. "
    "Start with: /cast Maya: weathered 60-year-old fisherwoman, deep crow's feet"
)
SENT = "I sent you the cast as one picture in a direct message."
RENDERING = "Creating the picture."
NO_PICTURE = "Slack does not accept the picture at the moment. Send /cast roster again in a minute."
NOTHING_TO_SHARE = "No face of this cast is visible to everyone there, so nothing was posted."
FILE_NAME = "cast"

_TITLE_LIMIT = 100


def title(visible_roster: VisibleRoster, channel: str) -> str:
    """Return `The cast of Harbour film`; plain text. `channel` names an unnamed production, and may be empty."""
    name = visible_roster.production.name or (f"#{channel}" if channel else "")
    return f"The cast of {truncate(name, _TITLE_LIMIT)}" if name else "The cast"


def drawable_title(title: str) -> str:
    """Return a title that the picture's font can render."""
    return title if can_render(title) else "The cast"


def captions(visible_roster: VisibleRoster) -> list[tuple[Character, Caption]]:
    """Return each portrait's caption. A number replaces a name that the font cannot render."""
    numbers = iter(range(1, len(visible_roster.characters) + 1))
    pairs = []
    for character in visible_roster.characters:
        name = character.name if can_render(character.name) else f"{next(numbers)}"
        pairs.append((character, Caption(name, _caption_line(character))))
    return pairs


def number_legend(pairs: list[tuple[Character, Caption]]) -> str:
    """Name the numbers in the picture; empty if the picture shows every name."""
    names = [
        f"{caption.name} {escape_mrkdwn(character.name)}"
        for character, caption in pairs
        if character.name != caption.name
    ]
    return f"By number in the picture: {' · '.join(names)}" if names else ""


def total(visible_roster: VisibleRoster) -> str:
    shown, text = len(visible_roster.characters), pluralize(visible_roster.total, "face")
    if shown == visible_roster.total:
        return text
    return f"{text}, the first {shown} of them in the picture; my Home shows everyone"


def share(channel: str) -> str:
    return f"Share in #{channel}" if channel else "Share in the channel"


def shared(visible_roster: VisibleRoster, link: str) -> str:
    if not visible_roster.characters:
        return NOTHING_TO_SHARE
    text, hidden = f"The cast is in {link}.", visible_roster.hidden
    return f"{text} {hidden_faces(hidden)}" if hidden else text


def hidden_faces(number: int) -> str:
    """Say how many faces a channel must not see."""
    verb = "is left out: it was" if number == 1 else "are left out: they were"
    return f"{pluralize(number, 'face')} {verb} cast in a private channel, which not everyone there can see."


def _caption_line(character: Character) -> str:
    assert character.face
    return f"version {character.face.version} · {short_calendar_date(character.face.locked_at.date())}"
