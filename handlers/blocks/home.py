"""A person's home: what waits for their vote, the faces they may see, what was spent today."""

from collections.abc import Mapping

from bot.face import Character
from bot.home import HomeView
from handlers.blocks.recall import Sight
from handlers.blocks.view import Block, View, context, header, picture, section, view
from handlers.words import alt
from handlers.words import home as words
from handlers.words import recall as recalling

MOST_WAITING = 10
MOST_FACES = 30


def home(seen: HomeView, sights: Mapping[str, Sight]) -> View:
    """`sights` by round id: of the rounds that wait, and of those that gave the faces."""
    waiting = [
        section(words.waiting(r.character, r.place.channel, r.closes_at, sights.get(r.id, Sight()).link))
        for r in seen.waiting[:MOST_WAITING]
    ]
    shown = seen.characters[:MOST_FACES]
    more = len(seen.characters) - len(shown)
    return view(
        words.WAITING,
        header(words.WAITING),
        *(waiting or [section(words.NOTHING_WAITS)]),
        header(words.ROSTER),
        *([_card(c, sights) for c in shown] or [section(recalling.NOBODY)]),
        context(recalling.further(more)) if more else None,
        context(words.spent(seen.spent_today, seen.cap)),
    )


def _card(character: Character, sights: Mapping[str, Sight]) -> Block:
    """A character with its portrait beside it; cards proper are not known to be shown in homes."""
    face = character.face
    file_id = sights.get(face.round_id, Sight()).file_id if face else None
    portrait = picture(file_id, alt.face(character.name, face.brief)) if face and file_id else None
    return section(recalling.listed(character), portrait)
