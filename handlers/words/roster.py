"""What is said with the picture of a production's cast, and what is written in it."""

from bot.face import Character
from bot.lineup import Cast
from bot.poster import Caption, drawable
from handlers.words.text import calendar_briefly, count, cut, quiet

NOBODY = (
    "Nobody is cast for this channel's production yet. "
    "This begins it: /cast Maya: weathered 60-year-old fisherwoman, deep crow's feet"
)
SENT = "The cast is in our direct message, as one picture."
COMING = "The picture is being put together."
NO_PICTURE = "Slack does not take the picture at the moment. Send /cast roster again in a minute."
NOBODY_TO_SHARE = "Nobody of this cast may be seen by everybody there, so nothing was posted."
FILE_NAME = "cast"

_ROOM = 100


def title(cast: Cast, channel: str) -> str:
    """`The cast of Harbour film`; plain text. `channel` is what a production without a name is called, if anybody
    knows."""
    name = cast.production.name or (f"#{channel}" if channel else "")
    return f"The cast of {cut(name, _ROOM)}" if name else "The cast"


def in_picture(title: str) -> str:
    """The title as far as it can be written in a picture."""
    return title if drawable(title) else "The cast"


def captions(cast: Cast) -> list[tuple[Character, Caption]]:
    """What stands under each portrait. A name that no font here can write has a number in its place."""
    unwritten = iter(range(1, len(cast.characters) + 1))
    told = []
    for character in cast.characters:
        name = character.name if drawable(character.name) else f"{next(unwritten)}"
        told.append((character, Caption(name, _below(character))))
    return told


def numbered(told: list[tuple[Character, Caption]]) -> str:
    """The names behind the numbers in the picture; empty where every name is written there."""
    names = [f"{caption.name} {quiet(character.name)}" for character, caption in told if character.name != caption.name]
    return f"By number in the picture: {' · '.join(names)}" if names else ""


def total(cast: Cast) -> str:
    shown = len(cast.characters)
    told = count(cast.total, "face")
    return told if shown == cast.total else f"{told}, the first {shown} of them in the picture; my Home shows everyone"


def share(channel: str) -> str:
    return f"Share in #{channel}" if channel else "Share in the channel"


def shared(cast: Cast, link: str) -> str:
    told = f"The cast is in {link}." if cast.characters else NOBODY_TO_SHARE
    return f"{told} {left_out(cast.hidden)}" if cast.hidden and cast.characters else told


def left_out(number: int) -> str:
    """Faces that are not for everybody in a channel."""
    were = "is left out: it was" if number == 1 else "are left out: they were"
    return f"{count(number, 'face')} {were} cast in a private channel, which not everybody there may see."


def _below(character: Character) -> str:
    assert character.face
    return f"version {character.face.version} · {calendar_briefly(character.face.locked_at.date())}"
