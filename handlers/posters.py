"""The cast of a production on its way to people: words first, then the pictures in their thread."""

from collections.abc import Callable, Sequence
from functools import partial

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.casting import Casting
from bot.errors import NotHere, PortraitLost, Unreachable
from bot.face import Character, Place
from bot.lineup import Cast
from bot.poster import A_POSTER, Caption
from handlers.asking import asking, with_pictures
from handlers.blocks.roster import roster, with_share
from handlers.blocks.view import View
from handlers.clients import Clients
from handlers.uploads import Upload, Uploads
from handlers.visibility import SlackVisibility
from handlers.words import alt
from handlers.words import roster as words

log = structlog.get_logger()

_FILE_WAITS = (0.3, 0.6, 1.2)

Told = list[tuple[Character, Caption]]


class Posters:
    """Sends posters to one person, and into a channel."""

    def __init__(self, casting: Casting, visibility: SlackVisibility, clients: Clients) -> None:
        self._lineup = casting.lineup
        self._visibility = visibility
        self._clients = clients
        self._uploads = Uploads(clients)

    async def send(self, person: str, place: Place) -> bool:
        """The cast of `place`'s production into the person's own messages; False where there is none to be seen.

        Raises Unreachable.
        """
        cast = await self._lineup.mine(person, place)
        if not cast.characters:
            return False
        called = await self._visibility.name_of(place)
        direct = place.channel.startswith("D")
        dress = _as_it_is if direct else partial(with_share, channel=place.channel, called=called)
        await self._show(cast, called, Place(place.team, person), dress)
        return True

    async def share(self, person: str, place: Place) -> Cast:
        """The same into the channel `place`, with those faces alone that everybody there may see; raises NotHere,
        Unreachable."""
        if not await self._visibility.sees(person, place):
            raise NotHere("unknown")
        if not await self._visibility.may_post(place):
            raise NotHere("not_invited")
        cast = await self._lineup.ours(person, place)
        if cast.characters:
            await self._show(cast, await self._visibility.name_of(place), place, _as_it_is)
        return cast

    async def _show(self, cast: Cast, called: str, to: Place, dress: Callable[[View], View]) -> None:
        """A message that says what it is, and gets its pictures once Slack can show them."""
        client = self._clients.of(to.team)
        title, told = words.title(cast, called), words.captions(cast)
        drawn = partial(roster, cast, title, told, a_poster=A_POSTER)
        view = dress(drawn(files=(), note=words.COMING))
        with asking("chat.postMessage"):
            posted = await client.chat_postMessage(channel=to.channel, text=view.text, blocks=view.blocks)
        where, ts = Place(to.team, str(posted["channel"])), str(posted["ts"])
        try:
            shown = dress(drawn(files=await self._hang(where, ts, told, title)))
        except (PortraitLost, Unreachable) as error:
            log.warning("roster_without_picture", why=str(error))
            shown = dress(drawn(files=(), note=words.NO_PICTURE))
        with asking("chat.update"):
            await with_pictures(partial(_update, client, where, ts), shown, _FILE_WAITS)

    async def _hang(self, where: Place, ts: str, told: Told, title: str) -> Sequence[str]:
        """The posters, in the message's thread, where they are for the same people."""
        pictures = await self._lineup.posters(told, words.in_picture(title))
        uploads = []
        for n, data in enumerate(pictures):
            names = [character.name for character, _ in told[n * A_POSTER : (n + 1) * A_POSTER]]
            uploads.append(Upload(data, f"{words.FILE_NAME}-{n + 1}.jpg", title, alt.poster(title, names)))
        files = await self._uploads.put(where, ts, uploads)
        for file_id in files:
            await self._uploads.ready(where.team, file_id)
        return files


def _as_it_is(view: View) -> View:
    return view


async def _update(client: AsyncWebClient, where: Place, ts: str, view: View) -> None:
    await client.chat_update(channel=where.channel, ts=ts, text=view.text, blocks=view.blocks)
