"""The buttons under a recalled face: a suggested name, [Share here], [Full size] and [Facts]."""

import re
from dataclasses import dataclass

from slack_bolt.async_app import AsyncApp

from bot.domain.errors import NotAvailableHere
from bot.usecases.recall import RecallResult
from handlers.presenters.faces import FacePresenter
from handlers.slack.listeners import Listeners, press_listener
from handlers.slack.payloads.values import ButtonPress
from handlers.slack.responder import Responder
from handlers.views.recall import facts


@dataclass(frozen=True)
class RecallListeners(Listeners):
    """Listeners under faces; they change nothing and check each time what the user may see."""

    faces: FacePresenter

    def listen(self, app: AsyncApp) -> None:
        app.action(re.compile(r"^recall:\d$"))(press_listener(self.on_choice, ack_first=True))
        app.action("share")(press_listener(self.on_share, ack_first=True))
        app.action("full")(press_listener(self.on_full, self.guard.get_round, ack_first=True))
        app.action("facts")(press_listener(self.on_facts, ack_first=True))

    async def on_choice(self, press: ButtonPress, responder: Responder) -> None:
        """Show one of the suggested characters."""
        view = await self.faces.for_user(await self._find(press), press.person, press.place)
        await responder.post_ephemeral(view, press.place, press.person)

    async def on_share(self, press: ButtonPress, responder: Responder) -> None:
        """Show the face in the channel, if all its members may see it."""
        found = await self._find(press)
        if found.kind == "nothing":
            raise NotAvailableHere("unknown")
        if not (view := await self.faces.for_channel(found, press.person, press.place, is_share=True)):
            raise NotAvailableHere("private")
        await self.faces.post(found, view, press.place, responder.client, thread_ts=press.thread_ts)
        await responder.delete_original()

    async def on_full(self, press: ButtonPress, responder: Responder) -> None:
        """Show the address of the original."""
        face = await self.casting.recall.get_face(press.id, press.person)
        await responder.ephemeral(await self.faces.full_size(press.place.team, face, press.person))

    async def on_facts(self, press: ButtonPress, responder: Responder) -> None:
        """Show where the face comes from."""
        round_ = await self.guard.get_round(press)
        face, brief = await self.casting.recall.get_face(press.id, press.person), round_.brief
        upscale = await self.casting.recall.get_upscale(face)
        await responder.ephemeral(
            facts(
                face,
                self.titles,
                brief.reference,
                upscale,
                round_.recast_reason,
                brief.style,
                await self.casting.passports.provenance(face),
            )
        )

    async def _find(self, press: ButtonPress) -> RecallResult:
        return self.guard.check_recalled(
            press, await self.casting.recall.recall_by_id(press.id, press.person, press.place)
        )
