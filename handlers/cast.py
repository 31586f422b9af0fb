"""`/cast`: alone it opens a form, a brief opens a round, a name recalls a face, other words answer; [Re-cast ...]."""

import re
from collections.abc import Awaitable, Callable

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.respond.async_respond import AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.brief import Brief
from bot.casting import Casting
from bot.errors import AlreadyCasting, BriefError, NotHere, Unreachable
from bot.ports import Opened
from bot.wish import (
    Arranging,
    Filling,
    Helping,
    Listing,
    Naming,
    Picturing,
    Recalling,
    Reckoning,
    Remembering,
    understand,
)
from handlers.apology import apology
from handlers.asking import asking
from handlers.blocks import form as filling
from handlers.blocks import private
from handlers.blocks.photo import form
from handlers.blocks.recall import LISTED, listing
from handlers.blocks.settings import form as settings_form
from handlers.blocks.view import View
from handlers.clients import Clients
from handlers.delivery import Replies, whisper
from handlers.dialogs import open_dialog
from handlers.payloads import Command, Payload, command_from, press_from
from handlers.posters import Posters
from handlers.reach import Reach
from handlers.showing import Showing
from handlers.sights import Sights
from handlers.visibility import SlackVisibility
from handlers.voters import with_voters
from handlers.words import answers, roster
from handlers.words.titles import Titles

Deed = Callable[[str, str], Awaitable[Opened]]


class Cast:
    """Listens to the command."""

    def __init__(
        self, casting: Casting, sights: Sights, visibility: SlackVisibility, reach: Reach, clients: Clients
    ) -> None:
        self._casting = casting
        self._posters = Posters(casting, visibility, clients)
        self._sights = sights
        self._showing = Showing(casting, sights)
        self._titles = Titles(casting.catalogue)
        self._visibility = visibility
        self._reach = reach

    def listen(self, app: AsyncApp) -> None:
        app.command("/cast")(self.on_command)
        app.action("recast")(self.on_recast)
        app.action(re.compile(r"^cast_with:(instead|only)$"))(self.on_offer)

    async def on_command(self, ack: AsyncAck, body: Payload, client: AsyncWebClient, respond: AsyncRespond) -> None:
        """Whatever is answered in one sentence is answered by the ack itself."""
        replies = Replies(ack, respond, ack_speaks=True)
        async with apology(replies.privately):
            command = command_from(body)
            wish = understand(command.line, self._casting.shortest_voting)
            if isinstance(wish, Filling):
                await self._fill(command, client, replies)
            elif isinstance(wish, Brief):
                await self._open(with_voters(wish, command.people, command.line), command, client, replies)
            elif isinstance(wish, Arranging):
                await self._arrange(command, client, replies)
            else:
                await self._answer(wish, command, client, replies)

    async def on_recast(self, ack: AsyncAck, body: Payload, client: AsyncWebClient, respond: AsyncRespond) -> None:
        """Somebody says yes to a re-cast and its price."""
        await self._agreed(self._casting.opening.recast, body, client, Replies(ack, respond))

    async def on_offer(self, ack: AsyncAck, body: Payload, client: AsyncWebClient, respond: AsyncRespond) -> None:
        """Somebody says yes to other models than those that were wanted, and their price."""
        await self._agreed(self._casting.opening.accept, body, client, Replies(ack, respond))

    async def _agreed(self, deed: Deed, body: Payload, client: AsyncWebClient, replies: Replies) -> None:
        async with apology(replies.privately):
            press = press_from(body)
            await self._reach.wish(press)
            try:
                opened = await deed(press.id, press.person)
            except AlreadyCasting as busy:
                await self._show_open(busy, client, replies)
                return
            await replies.ack()
            await self._casting.opening.begin(opened.round.id)
            await replies.dismiss()

    async def _fill(self, command: Command, client: AsyncWebClient, replies: Replies) -> None:
        """Open the form at once, with its price: a trigger is good for three seconds."""
        await self._must_be_here(command, replies)
        begun = self._casting.drafting.begin(command.place, command.person, command.trigger)
        view = filling.form(await replies.in_time(begun), self._titles)
        with asking("views.open"):
            await open_dialog(client, command.trigger, view)
        await replies.ack()

    async def _must_be_here(self, command: Command, replies: Replies) -> None:
        if not await replies.in_time(self._visibility.may_post(command.place)):
            direct = command.place.channel.startswith("D")
            raise NotHere("not_a_channel" if direct else "not_invited", command.line)

    async def _open(self, brief: Brief, command: Command, client: AsyncWebClient, replies: Replies) -> None:
        """Validate, save, ack, then work. Nothing is spent where the bot cannot show it, or cannot tell in time."""
        await self._must_be_here(command, replies)
        if brief.like and brief.like.wants_photo:
            await self._ask_for_photo(brief, command, client, replies)
            return
        try:
            opened = await self._casting.opening.open_round(brief, command.place, command.person, command.trigger)
        except AlreadyCasting as busy:
            await self._show_open(busy, client, replies)
            return
        except BriefError as error:
            error.line = error.line or command.line
            raise
        await replies.ack()
        await self._casting.opening.begin(opened.round.id)

    async def _arrange(self, command: Command, client: AsyncWebClient, replies: Replies) -> None:
        """A form with the customs of whatever the channel casts for."""
        await self._must_be_here(command, replies)
        standing = await replies.in_time(self._casting.keeping.standing(command.place, command.person))
        with asking("views.open"):
            await open_dialog(client, command.trigger, settings_form(standing, self._titles))
        await replies.ack()

    async def _ask_for_photo(self, brief: Brief, command: Command, client: AsyncWebClient, replies: Replies) -> None:
        """A form for the picture; the brief waits as a wish until it is sent."""
        held = await self._casting.opening.hold(brief, command.place, command.person, command.trigger)
        with asking("views.open"):
            await open_dialog(client, command.trigger, form(held.wish, held.price))
        await replies.ack()

    async def _show_open(self, busy: AlreadyCasting, client: AsyncWebClient, replies: Replies) -> None:
        """An answer without the link is still an answer."""
        if not busy.round_id:
            await replies.privately(private.already_casting(busy, ""))
            return
        try:
            link = (await replies.in_time(self._sights.of_round(busy.round_id, client))).link
        except Unreachable:
            link = ""
        await replies.privately(private.already_casting(busy, link))
        await self._casting.posting.look_after(busy.round_id)

    async def _answer(
        self,
        wish: Recalling | Remembering | Listing | Reckoning | Picturing | Naming | Helping,
        command: Command,
        client: AsyncWebClient,
        replies: Replies,
    ) -> None:
        recall = self._casting.recall
        if isinstance(wish, Helping):
            await replies.privately(private.help_())
        elif isinstance(wish, Listing):
            seen = await replies.in_time(recall.listing(command.person, command.place, LISTED))
            await replies.privately(listing(seen))
        elif isinstance(wish, Reckoning):
            await replies.ack()
            await self._casting.spending.send(command.person, command.place)
            await replies.privately(private.note(answers.SPENDING_SENT))
        elif isinstance(wish, Remembering):
            await replies.ack()
            view = await self._remembered(wish, command, client)
            await whisper(view, command.place, command.person, client, otherwise=replies.privately)
        elif isinstance(wish, Naming):
            await replies.privately(await self._name(wish, command))
        elif isinstance(wish, Picturing):
            await replies.ack()
            sent = await self._posters.send(command.person, command.place)
            await replies.privately(private.note(roster.SENT if sent else roster.NOBODY))
        else:
            await replies.ack()
            found = await recall.recall(wish.name, command.person, command.place)
            view = await self._showing.for_one(found, command.person, command.place, client)
            await whisper(view, command.place, command.person, client, otherwise=replies.privately)
            if found.kind == "casting" and (round_id := found.characters[0].open_round):
                await self._casting.posting.look_after(round_id)

    async def _remembered(self, wish: Remembering, command: Command, client: AsyncWebClient) -> View:
        """What happened to a character; where the name finds nobody, somebody may be called by the whole line."""
        told = await self._casting.history.named(wish.name, command.person, command.place)
        if told.found.kind == "nothing":
            found = await self._casting.recall.recall(command.line, command.person, command.place)
            if found.kind != "nothing":
                return await self._showing.for_one(found, command.person, command.place, client)
        return await self._showing.history(told, 0, client)

    async def _name(self, wish: Naming, command: Command) -> View:
        """Give a character another name, or take one away."""
        aliases = self._casting.aliases
        try:
            if wish.alias:
                named = await aliases.give(wish.name, wish.alias, command.person, command.place)
            else:
                named = await aliases.drop(wish.name, command.person, command.place)
        except BriefError as error:
            error.line = error.line or command.line
            raise
        return private.note(answers.named(named))
