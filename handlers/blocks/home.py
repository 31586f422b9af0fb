"""A person's home: what waits for their vote, the roster as far as they may see it, what was spent today."""

from collections.abc import Iterator, Mapping

from bot.brief import NAME_LIMIT
from bot.face import Character
from bot.home import HomeView
from handlers.blocks.dialog import How, pick, typed
from handlers.blocks.recall import Sight
from handlers.blocks.view import Block, View, actions, button, context, divider, header, picture, section, view
from handlers.words import alt, labels
from handlers.words import home as words
from handlers.words import recall as recalling

MOST_WAITING = 10
EVERY = "all"
# docs.slack.dev, "Select menu": 100 options, of which one is all of them.
_MOST_PRODUCTIONS = 99


def home(seen: HomeView, sights: Mapping[str, Sight], called: Mapping[str, str]) -> View:
    """`sights` by round id: of the rounds that wait, and of those that gave the faces. `called`: channels' names."""
    waiting = [
        section(words.waiting(r.character, r.place.channel, r.closes_at, sights.get(r.id, Sight()).link))
        for r in seen.waiting[:MOST_WAITING]
    ]
    return view(
        words.WAITING,
        header(words.WAITING),
        *(waiting or [section(words.NOTHING_WAITS)]),
        context(words.further_waiting(len(seen.waiting) - MOST_WAITING)),
        divider(),
        header(words.ROSTER),
        *_roster(seen, sights, called),
        divider(),
        header(words.SPENDING),
        context(words.spent(seen.spent_today, seen.cap)),
    )


def _roster(seen: HomeView, sights: Mapping[str, Sight], called: Mapping[str, str]) -> Iterator[Block | None]:
    if not seen.shelves:
        yield section(recalling.NOBODY)
        return
    yield from _narrow(seen, called)
    yield context(words.found(seen))
    if seen.looking.words or seen.looking.production:
        yield actions([button("everyone", labels.SHOW_ALL, EVERY)])
    above = ""
    for n, character in enumerate(seen.characters):
        if (shelf := words.shelf(character)) != above:
            yield section(shelf)
            above = shelf
        yield from _card(n, character, sights)
    yield actions(_pager(seen))


def _narrow(seen: HomeView, called: Mapping[str, str]) -> Iterator[Block]:
    """The search and the menu of productions. Their names change with what stands in them: Slack would keep what was
    entered in a field of the same name, and show it though everybody is shown again."""
    looking = seen.looking
    tells = How(optional=True, hint=words.FIND_HINT, tells=True)
    yield typed(f"search {looking.words}".strip(), words.FIND, looking.words, most=NAME_LIMIT, how=tells)
    productions = {shelf.production: shelf for shelf in reversed(seen.shelves)}
    if len(productions) > 1:
        choices = [(words.production(s, called.get(s.place.channel, "")), s.production) for s in productions.values()]
        menu = [(words.EVERY_PRODUCTION, EVERY), *sorted(choices, key=lambda c: c[0].casefold())[:_MOST_PRODUCTIONS]]
        chosen = looking.production or EVERY
        yield pick(f"production {chosen}", words.PRODUCTION, menu, chosen, How(optional=True, tells=True))


def _card(n: int, character: Character, sights: Mapping[str, Sight]) -> Iterator[Block | None]:
    """A character with its portrait beside it; cards proper are not known to be shown in homes."""
    face = character.face
    file_id = sights.get(face.round_id, Sight()).file_id if face else None
    portrait = picture(file_id, alt.face(character.name, face.brief)) if face and file_id else None
    yield section(words.card(character), portrait)
    yield actions([button(f"card:{n}", labels.RECALL, character.id, aloud=labels.recall_aloud(character.name))])


def _pager(seen: HomeView) -> Iterator[Block]:
    page = seen.looking.page
    if page > 1:
        yield button("page:back", labels.BACK, str(page - 1))
    if page < seen.pages:
        yield button("page:next", labels.NEXT, str(page + 1))
