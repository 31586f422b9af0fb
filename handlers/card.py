"""A card of somebody's home: the face in a modal, and the presses there."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import replace

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from bot.casting import Casting
from bot.errors import NotHere
from bot.face import Face, Place
from handlers.apology import apology, nobody
from handlers.asking import asking
from handlers.blocks import private
from handlers.blocks.dialog import dialog
from handlers.blocks.facts import facts
from handlers.blocks.recall import full
from handlers.clients import Clients
from handlers.dialogs import instead_of, open_dialog, tell_above, tell_in_dialog
from handlers.handing import Handing
from handlers.payloads import Filled, Payload, touched_from
from handlers.reach import Reach
from handlers.showing import Showing
from handlers.sights import Sights
from handlers.words import home as words
from handlers.words import labels, taking
from handlers.words.titles import Titles

Deed = Callable[[Filled, Face], Awaitable[None]]


class Card:
    """Listens to cards. Presses in modals come without a conversation, so each answer is a modal above the face's.

    Sight is checked anew at every press.
    """

    def __init__(self, casting: Casting, sights: Sights, reach: Reach, clients: Clients) -> None:
        self._recall = casting.recall
        self._taking = casting.taking
        self._reach = reach
        self._showing = Showing(casting, sights)
        self._handing = Handing(clients)
        self._titles = Titles(casting.catalogue)

    def listen(self, app: AsyncApp) -> None:
        app.action(re.compile(r"^card:\d+$"))(self.on_card)
        app.action("card_full")(self.on_full)
        app.action("card_facts")(self.on_facts)
        app.action("card_take")(self.on_take)

    async def on_card(self, ack: AsyncAck, body: Payload, client: AsyncWebClient) -> None:
        """The face, or the round that casts it now."""
        await ack()
        async with apology(nobody):
            press = _named(body)
            async with apology(lambda view: tell_in_dialog(client, press.opener, words.FACE, view)):
                await self._open(press, client)

    async def _open(self, press: Filled, client: AsyncWebClient) -> None:
        recalled = await self._recall.show(press.id, press.person, Place(press.place.team, ""))
        found = self._reach.found(press, recalled)
        if not found.characters:
            raise NotHere("unknown")
        view = await self._showing.in_dialog(found, press.person, client)
        with asking("views.open"):
            await open_dialog(client, press.opener, dialog("card", press.id, words.FACE, "", view))

    async def on_full(self, ack: AsyncAck, body: Payload, client: AsyncWebClient) -> None:
        """Where the original bytes are."""

        async def tell(press: Filled, face: Face) -> None:
            url = await self._showing.original(press.id, press.person, client)
            finish = await self._recall.finish(face)
            shown = full(face, url, finish, await self._showing.finish(finish, client))
            await tell_above(client, press.opener, labels.FULL, shown)

        await self._pressed(ack, body, client, labels.FULL, tell)

    async def on_facts(self, ack: AsyncAck, body: Payload, client: AsyncWebClient) -> None:
        """Where the face comes from."""

        async def tell(press: Filled, face: Face) -> None:
            like = (await self._reach.round(press)).brief.like
            shown = facts(face, self._titles, like, await self._recall.finish(face))
            await tell_above(client, press.opener, labels.FACTS, shown)

        await self._pressed(ack, body, client, labels.FACTS, tell)

    async def on_take(self, ack: AsyncAck, body: Payload, client: AsyncWebClient) -> None:
        """The face as a ZIP into the person's own messages; packing takes longer than a modal can be opened for."""

        async def hand_over(press: Filled, _: Face) -> None:
            modal = await tell_above(client, press.opener, labels.TAKE, private.note(words.PACKING))
            async with apology(lambda view: instead_of(client, modal, labels.TAKE, view)):
                parcel = await self._taking.parcel(press.id, press.person)
                await self._handing.hand(press.place.team, press.person, parcel)
                await instead_of(client, modal, labels.TAKE, private.note(taking.sent(parcel)))

        await self._pressed(ack, body, client, labels.TAKE, hand_over)

    async def _pressed(self, ack: AsyncAck, body: Payload, client: AsyncWebClient, title: str, deed: Deed) -> None:
        """A press under a face that the person may see; what goes wrong is told in a modal above it."""
        await ack()
        async with apology(nobody):
            press = _named(body)
            async with apology(lambda view: tell_above(client, press.opener, title, view)):
                await self._reach.round(press)
                await deed(press, await self._recall.face(press.id, press.person))


def _named(body: Payload) -> Filled:
    """The press, with the opaque id its button carries in the place of its view's."""
    touched = touched_from(body)
    return replace(touched.form, id=touched.value)
