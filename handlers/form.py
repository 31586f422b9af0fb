"""The form of a round: opened by `/cast` alone or from a message, priced while it is filled in, and sent."""

import re
from datetime import datetime
from functools import partial

import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.respond.async_respond import AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.brief import Consent
from bot.casting import Casting
from bot.draft import Draft
from bot.drafting import Form as Filling
from bot.drafting import Ready
from bot.errors import AlreadyCast, CastingError, NotHere, NotTaken, Unreachable, Unready
from handlers.apology import apology, nobody
from handlers.asking import asking
from handlers.blocks import form as blocks
from handlers.blocks.dialog import TEXT_LIMIT
from handlers.blocks.view import View
from handlers.delivery import FormBack, Replies
from handlers.dialogs import change_dialog, open_dialog
from handlers.downloads import attached
from handlers.drafts import draft_in
from handlers.payloads import Filled, Payload, Pointed, filled_from, looked_from, pointed_from, touched_from
from handlers.plain import named_in, readable
from handlers.reach import Reach
from handlers.visibility import SlackVisibility
from handlers.words import form as words
from handlers.words import photo
from handlers.words.text import cut
from handlers.words.titles import Titles

log = structlog.get_logger()

_MOST_NAMED = 8


class Form:
    """Listens to the form and to the shortcut that opens it."""

    def __init__(self, casting: Casting, visibility: SlackVisibility, reach: Reach) -> None:
        self._drafting = casting.drafting
        self._opening = casting.opening
        self._visibility = visibility
        self._reach = reach
        self._titles = Titles(casting.catalogue)
        self._now = casting.now

    def listen(self, app: AsyncApp) -> None:
        app.shortcut("cast_message")(self.on_message)
        app.options(f"{blocks.PREFIX}name")(self.on_name)
        app.options(f"{blocks.PREFIX}face")(self.on_face)
        app.action(re.compile(f"^{blocks.PREFIX}({'|'.join(blocks.TELLING)})$"))(self.on_touch)
        app.view(blocks.KIND)(self.on_send)
        app.view(blocks.RECAST)(self.on_recast)

    async def on_message(self, ack: AsyncAck, body: Payload, client: AsyncWebClient, respond: AsyncRespond) -> None:
        """Open the form with the words of a message."""
        replies = Replies(ack, respond)
        async with apology(replies.privately):
            pointed = pointed_from(body)
            await replies.ack()
            replies.thread_ts = pointed.thread_ts
            if not await replies.in_time(self._visibility.may_post(pointed.place)):
                direct = pointed.place.channel.startswith("D")
                raise NotHere("not_a_channel" if direct else "not_invited_message")
            text = await replies.in_time(self._words(pointed))
            asked_in = pointed.thread_ts or ""
            begun = await replies.in_time(
                self._drafting.begin(pointed.place, pointed.person, pointed.trigger, text, asked_in)
            )
            with asking("views.open"):
                await open_dialog(client, pointed.trigger, blocks.form(begun, self._titles))

    async def on_name(self, ack: AsyncAck, body: Payload) -> None:
        """Offer characters, and the name as it is typed."""
        async with apology(partial(_nothing, ack)):
            looked = looked_from(body)
            await self._reach.wish(looked)
            found = await self._drafting.suggest(looked.id, looked.person, looked.typed)
            await ack(options=blocks.options(blocks.names(list(found))))

    async def on_face(self, ack: AsyncAck, body: Payload) -> None:
        """Offer faces to draw after."""
        async with apology(partial(_nothing, ack)):
            looked = looked_from(body)
            await self._reach.wish(looked)
            found = await self._drafting.faces(looked.id, looked.person, looked.typed)
            await ack(options=blocks.options([(name, name) for name in found]))

    async def on_touch(self, ack: AsyncAck, body: Payload, client: AsyncWebClient) -> None:
        """Something that bears on the price was chosen: say what it comes to now."""
        await ack()
        async with apology(nobody):
            touched = touched_from(body)
            await self._reach.wish(touched.form)
            draft, person = draft_in(touched.form), touched.form.person
            for version in (touched.version, None):
                now = await self._drafting.touched(touched.form.id, person, draft, touched.stamp)
                if now is None or await self._update(client, touched.view_id, version, now):
                    return

    async def on_send(self, ack: AsyncAck, body: Payload, client: AsyncWebClient) -> None:
        """Validate, save, ack, work; a file is fetched after the ack. Sent twice it opens one round."""
        back = _Back(ack, client)
        async with apology(back.privately):
            filled = back.filled = filled_from(body)
            back.draft = draft_in(filled)
            await self._reach.wish(filled)
            try:
                ready = await self._drafting.ready(filled.id, filled.person, back.draft)
                if back.draft.picture:
                    await self._open_like(ready, filled, ack, client, back)
                    return
                opened = await self._drafting.open(ready)
            except AlreadyCast as cast:
                if ack.response is not None:
                    raise
                await ack(response_action="push", view=blocks.recast(cast))
                return
            except CastingError as error:
                await back.refuse(error)
                return
            await ack()
            await self._opening.begin(opened.round.id)

    async def on_recast(self, ack: AsyncAck, body: Payload) -> None:
        """Somebody says yes to a re-cast and its price."""

        async def instead(view: View) -> None:
            await ack(response_action="update", view=blocks.sent(view.text))

        async with apology(instead):
            filled = filled_from(body)
            await self._reach.wish(filled)
            opened = await self._opening.recast(filled.id, filled.person)
            await ack(response_action="clear")
            await self._opening.begin(opened.round.id)

    async def _open_like(
        self, ready: Ready, filled: Filled, ack: AsyncAck, client: AsyncWebClient, back: "_Back"
    ) -> None:
        """Fetching takes longer than Slack waits, so the form closes first; what goes wrong then is whispered."""
        back.place, back.person = ready.wish.place, filled.person
        await ack()
        data = await attached(client, back.draft.picture)
        opened = await self._drafting.open_like(ready, data, _consent(back.draft, filled.person, self._now()))
        await self._opening.begin(opened.round.id)

    async def _update(self, client: AsyncWebClient, view_id: str, version: str | None, now: Filling) -> bool:
        """False where another update came first."""
        try:
            await change_dialog(client, view_id, blocks.form(now, self._titles), version or "")
        except NotTaken as error:
            if error.why == "hash_conflict":
                return False
            log.info("form_not_updated", why=error.why)
        return True

    async def _words(self, pointed: Pointed) -> str:
        """The message as people read it, as much of it as fits into the field."""
        names = {}
        for person in named_in(pointed.text)[:_MOST_NAMED]:
            try:
                names[person] = (await self._visibility.who(pointed.place.team, person)).name
            except Unreachable:
                continue
        return cut(readable(pointed.text, names).strip(), TEXT_LIMIT)


class _Back(FormBack):
    """The same with errors at their fields."""

    def __init__(self, ack: AsyncAck, client: AsyncWebClient) -> None:
        super().__init__(ack, client, f"{blocks.PREFIX}name")
        self.filled: Filled | None = None
        self.draft = Draft()

    async def refuse(self, error: CastingError) -> None:
        """At the fields that are wrong; after the ack, where the round was to be."""
        if self._ack.response is not None:
            raise error
        wrong = error.wrong if isinstance(error, Unready) else {}
        at = {self._standing(f"{blocks.PREFIX}{field}"): words.wrong(why) for field, why in wrong.items()}
        only = {self._standing(blocks.field_of(error, self.draft)): words.wrong(error)}
        await self._ack(response_action="errors", errors=at or only)

    def _standing(self, field: str) -> str:
        """The field, or the one that brings it where it never came: Slack takes no error for what is not there."""
        return field if self.filled and field in self.filled.chosen else f"{blocks.PREFIX}like"


async def _nothing(ack: AsyncAck, _: View) -> None:
    """Whatever goes wrong, nothing is offered."""
    await ack(options=[])


def _consent(draft: Draft, person: str, now: datetime) -> Consent | None:
    """The confirmation in the very words that stood in the form."""
    return Consent(person, now, f"{photo.PHOTO}: {photo.AGREED}") if draft.real else None
