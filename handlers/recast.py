"""[Re-cast ...] under a record: a form with a reason, and what is done when it comes back."""

from dataclasses import replace
from decimal import Decimal
from functools import partial

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.respond.async_respond import AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.casting import Casting
from bot.errors import AlreadyCasting, Barred, BriefError, CastingError, Dearer, NoModels, OverBudget, Overspent
from bot.recasting import How, Wanting
from handlers.apology import apology, nobody
from handlers.asking import asking
from handlers.blocks import recasting as blocks
from handlers.blocks.dialog import dialog
from handlers.blocks.view import View
from handlers.delivery import Replies
from handlers.dialogs import open_dialog
from handlers.payloads import Filled, Payload, filled_from, press_from, price_in, reading
from handlers.reach import Reach
from handlers.words import errors
from handlers.words import recasting as words
from handlers.words.text import unmarked

# What is told at a field, so that nothing typed is lost.
_AT_A_FIELD = (AlreadyCasting, Barred, BriefError, NoModels, OverBudget, Overspent)


class Recast:
    """Listens to re-casts and unlocks. Everything is saved before the ack, drawn and shown after it."""

    def __init__(self, casting: Casting, reach: Reach) -> None:
        self._recasting = casting.recasting
        self._reach = reach

    def listen(self, app: AsyncApp) -> None:
        app.action("recast_face")(self.on_press)
        app.view(blocks.CALLBACK)(self.on_form)

    async def on_press(self, ack: AsyncAck, body: Payload, client: AsyncWebClient, respond: AsyncRespond) -> None:
        """Show what can be done with the face, and for how much."""
        replies = Replies(ack, respond)
        async with apology(replies.privately):
            press = press_from(body)
            await replies.ack()
            await self._reach.round(press)
            offer = await self._recasting.offer(press.id, press.person)
            with asking("views.open"):
                await open_dialog(client, press.opener, blocks.form(offer, str(press.stamp)))

    async def on_form(self, ack: AsyncAck, body: Payload) -> None:
        """What is wrong is told at its field; a price that rose with the words is asked about again."""
        async with apology(partial(_instead, ack)):
            filled, wanting = wanting_from(filled_from(body))
            await self._reach.round(filled)
            try:
                done = await self._recasting.do(wanting)
            except Dearer as dearer:
                offer = await self._recasting.offer(wanting.round_id, wanting.person)
                asked = blocks.form(
                    replace(offer, price=dearer.price),
                    wanting.key,
                    wanting.reason,
                    wanting.text,
                    wanting.how,
                    words.dearer(dearer.price),
                )
                await ack(response_action="update", view=asked)
                return
            except _AT_A_FIELD as error:
                await ack(response_action="errors", errors={_field(error, filled): unmarked(errors.sentence(error))})
                return
            await ack()
            async with apology(nobody):
                await self._recasting.show(done)


@reading
def wanting_from(filled: Filled) -> tuple[Filled, Wanting]:
    """The form as a wish, and the form by its round's id alone: it carries when it was asked for and at what price."""
    round_id, key, agreed = filled.id.split()
    only = agreed == blocks.NO_ROUND
    how = How(filled.one(blocks.HOW) or (How.ONLY_UNLOCK if only else How.KEEP))
    text = filled.one(blocks.BRIEF) if blocks.BRIEF in filled.chosen else None
    price = Decimal(0) if only else price_in(agreed)
    wanting = Wanting(round_id, filled.person, how, filled.one(blocks.REASON), text, key, price)
    return replace(filled, id=round_id), wanting


def _field(error: CastingError, filled: Filled) -> str:
    """Where the form tells it: at the reason or the brief where one of them is wrong, else at the choice."""
    if isinstance(error, BriefError) and error.field in (blocks.REASON, blocks.BRIEF) and error.field in filled.chosen:
        return error.field
    return blocks.HOW if blocks.HOW in filled.chosen else blocks.REASON


async def _instead(ack: AsyncAck, view: View) -> None:
    """Answer in place of what was filled in."""
    await ack(response_action="update", view=dialog("told", "", words.TITLE, "", view))
