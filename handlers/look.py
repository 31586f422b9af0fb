"""The closer look, for anybody who sees a round's message: the press that opens it, and the choice inside."""

import asyncio
from collections.abc import Mapping

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.respond.async_respond import AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.casting import Casting
from bot.errors import Unreachable
from bot.looking import Closer
from bot.slot import Slot
from handlers.apology import apology, nobody
from handlers.asking import asking
from handlers.blocks import look as blocks
from handlers.delivery import Replies
from handlers.dialogs import change_dialog, open_dialog
from handlers.payloads import Payload, press_from, touched_from
from handlers.reach import Reach
from handlers.sights import Sights
from handlers.words.titles import Titles


class Look:
    """Listens to looks. Nothing here changes anything, so the ack comes first."""

    def __init__(self, casting: Casting, sights: Sights, reach: Reach) -> None:
        self._looking = casting.looking
        self._sights = sights
        self._reach = reach
        self._titles = Titles(casting.catalogue)

    def listen(self, app: AsyncApp) -> None:
        app.action("look")(self.on_press)
        app.action(blocks.WHICH)(self.on_choice)

    async def on_press(self, ack: AsyncAck, body: Payload, client: AsyncWebClient, respond: AsyncRespond) -> None:
        replies = Replies(ack, respond)
        async with apology(replies.privately):
            press = press_from(body)
            await replies.ack()
            await self._reach.round(press)
            closer = await self._looking.begin(press.id)
            addresses = await self._in_time(replies, closer, client)
            with asking("views.open"):
                await open_dialog(client, press.opener, blocks.look(closer, self._titles, addresses))

    async def on_choice(self, ack: AsyncAck, body: Payload, client: AsyncWebClient) -> None:
        """Other candidates, in the same view. It names no version of it: of two choices the later one counts."""
        await ack()
        async with apology(nobody):
            touched = touched_from(body)
            await self._reach.round(touched.form)
            closer = await self._looking.at(touched.form.id, touched.form.chosen.get(blocks.WHICH, ()))
            addresses = await self._addresses(closer, client)
            await change_dialog(client, touched.view_id, blocks.look(closer, self._titles, addresses))

    async def _in_time(self, replies: Replies, closer: Closer, client: AsyncWebClient) -> Mapping[str, str]:
        """A modal opens within three seconds or not at all; pictures without the way to them are still a look."""
        try:
            return await replies.in_time(self._addresses(closer, client))
        except Unreachable:
            return {}

    async def _addresses(self, closer: Closer, client: AsyncWebClient) -> Mapping[str, str]:
        """Where each picture can be opened alone, by slot id: the original once models may be named."""
        files = {slot.id: _file(closer, slot) for slot in closer.chosen}
        found = await asyncio.gather(*(self._sights.address(file_id, client) for file_id in files.values() if file_id))
        return dict(
            zip((slot_id for slot_id, file_id in files.items() if file_id), (url or "" for url in found), strict=True)
        )


def _file(closer: Closer, slot: Slot) -> str | None:
    """Before the close the originals hang nowhere."""
    return slot.original_file if closer.round.named and slot.original_file else slot.file_id
