"""The press that shows the cast of a production to everybody in its channel."""

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.respond.async_respond import AsyncRespond

from bot.casting import Casting
from bot.face import Place
from handlers.apology import apology
from handlers.blocks import private
from handlers.clients import Clients
from handlers.delivery import Replies
from handlers.payloads import Payload, press_from
from handlers.posters import Posters
from handlers.visibility import SlackVisibility
from handlers.words import roster as words
from handlers.words.text import channel


class Roster:
    """Listens under pictures of a cast. The button names a channel of the presser's own workspace; who may see what
    there is asked anew."""

    def __init__(self, casting: Casting, visibility: SlackVisibility, clients: Clients) -> None:
        self._posters = Posters(casting, visibility, clients)

    def listen(self, app: AsyncApp) -> None:
        app.action("share_roster")(self.on_share)

    async def on_share(self, ack: AsyncAck, body: Payload, respond: AsyncRespond) -> None:
        replies = Replies(ack, respond)
        async with apology(replies.privately):
            press = press_from(body)
            replies.thread_ts = press.thread_ts
            await replies.ack()
            cast = await self._posters.share(press.person, Place(press.place.team, press.id))
            await replies.privately(private.note(words.shared(cast, channel(press.id))))
