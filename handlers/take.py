"""A press that hands somebody a face with all that belongs to it, in their own messages."""

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.respond.async_respond import AsyncRespond

from bot.casting import Casting
from bot.face import Place
from bot.taking import Parcel
from handlers.apology import apology
from handlers.asking import asking
from handlers.blocks import private
from handlers.clients import Clients
from handlers.delivery import Replies
from handlers.payloads import Payload, press_from
from handlers.reach import Reach
from handlers.uploads import Upload, Uploads
from handlers.words import alt, taking


class Take:
    """Listens under faces. The ZIP goes into the person's conversation with the bot, never into the channel."""

    def __init__(self, casting: Casting, reach: Reach, clients: Clients) -> None:
        self._taking = casting.taking
        self._reach = reach
        self._clients = clients
        self._uploads = Uploads(clients)

    def listen(self, app: AsyncApp) -> None:
        app.action("take")(self.on_take)

    async def on_take(self, ack: AsyncAck, body: Payload, respond: AsyncRespond) -> None:
        replies = Replies(ack, respond)
        async with apology(replies.privately):
            press = press_from(body)
            replies.thread_ts = press.thread_ts
            await replies.ack()
            await self._reach.round(press)
            parcel = await self._taking.parcel(press.id, press.person)
            await self._hand(press.place.team, press.person, parcel)
            await replies.privately(private.note(taking.sent(parcel)))

    async def _hand(self, team: str, person: str, parcel: Parcel) -> None:
        """A message that says what it is, and the file in its thread; raises Unreachable.

        `chat.postMessage` takes a person's id and answers with their conversation's (docs.slack.dev); the upload wants
        the latter.
        """
        with asking("chat.postMessage"):
            posted = await self._clients.of(team).chat_postMessage(channel=person, text=taking.contents(parcel))
        upload = Upload(parcel.data, parcel.filename, parcel.filename, alt.parcel(parcel.face.character))
        await self._uploads.put(Place(team, str(posted["channel"])), str(posted["ts"]), [upload])
