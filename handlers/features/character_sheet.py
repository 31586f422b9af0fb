"""[Character sheet ...] under a record: the form, what its submission starts, and the buttons under each view."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.catalogue import Size
from bot.domain.character_sheet import Angle, Expression
from bot.domain.errors import CannotDrawSheet, OverBudget, PermissionDenied, PriceIncreased, UnacknowledgedOverspend
from bot.usecases.character_sheet import SheetRequest
from handlers.slack.error_replies import ignore, reply_with_errors
from handlers.slack.listeners import (
    Listeners,
    form_listener,
    in_place_of_form,
    modal_listener,
    press_listener,
    show_field_error,
    view_action_listener,
)
from handlers.slack.modals import Modal, update_modal
from handlers.slack.payloads.scalars import parse_microseconds, parse_number, parse_price, parses_payload
from handlers.slack.payloads.values import ButtonPress, FormSubmission, ViewAction
from handlers.slack.responder import Responder
from handlers.text import character_sheet as words
from handlers.views import character_sheet as blocks

# Errors shown at a field, so the user keeps the choice.
_FIELD_ERRORS = (CannotDrawSheet, PermissionDenied, OverBudget, UnacknowledgedOverspend)
_MICROSECONDS = 1_000_000


class CharacterSheetListeners(Listeners):
    """Listeners for character sheets; money is reserved and the views are saved before the ack, drawn after it."""

    def listen(self, app: AsyncApp) -> None:
        app.action("character_sheet")(modal_listener(self.on_press, self.guard.get_round))
        fields = re.compile(rf"^{blocks.FIELD}(preset|views|expressions|every|model|size)(:\d+)?$")
        app.action(fields)(view_action_listener(self.on_change, self._check_round))
        app.view(blocks.CALLBACK_ID)(form_listener(self.on_submit, in_place_of_form(words.TITLE)))
        for action_id, same in (("sheet_same", True), ("sheet_drifted", False)):
            handle = partial(self.on_opinion, same)
            app.action(action_id)(press_listener(handle, self.guard.get_round, ack_first=True))
        app.action("sheet_keep")(press_listener(self.on_keep, self.guard.get_round, ack_first=True))
        app.action("sheet_again")(press_listener(self.on_again, self.guard.get_round))

    async def on_press(self, press: ButtonPress) -> Modal:
        """Build the form with a full sheet chosen, and its price."""
        options = await self.casting.character_sheets.options(press.id, press.person)
        formed_at_us = round(self.casting.now().timestamp() * _MICROSECONDS)
        return blocks.form(options, blocks.SheetChoice(), formed_at_us)

    async def _check_round(self, submitted: FormSubmission) -> None:
        await self.guard.get_round(_sheet_form_from(submitted)[0])

    async def on_change(self, view_action: ViewAction, client: AsyncWebClient) -> None:
        """Show the price of what is chosen now; a preset replaces the choice of views."""
        form, choice, formed_at_us, _ = _sheet_form_from(view_action.form)
        if view_action.action_id == blocks.PRESET:
            choice = choice.with_preset(view_action.value)
        options = await self.casting.character_sheets.options(form.id, form.person)
        modal = blocks.form(options, choice, formed_at_us)
        await update_modal(client, view_action.view_id, modal, view_action.view_hash)

    async def on_submit(self, submitted: FormSubmission, ack: AsyncAck) -> None:
        """Start the chosen views; show errors at their fields, and ask again where the shown price was another one."""
        form, choice, formed_at_us, shown_price = _sheet_form_from(submitted)
        await self.guard.get_round(form)
        formed_at = datetime.fromtimestamp(formed_at_us / _MICROSECONDS, UTC)
        request = SheetRequest(form.id, form.person, choice.views, choice.model, choice.size, shown_price, formed_at)
        try:
            start = await self.casting.character_sheets.start(request)
        except PriceIncreased as increase:
            options = await self.casting.character_sheets.options(form.id, form.person)
            note = words.price_increased(increase.price)
            await ack(response_action="update", view=blocks.form(options, choice, formed_at_us, note))
            return
        except _FIELD_ERRORS as error:
            is_choice = isinstance(error, CannotDrawSheet) and error.reason in ("nothing", "drawn")
            field = f"{blocks.ANGLES}:{choice.reset}" if is_choice else blocks.MODEL
            await show_field_error(ack, field, error)
            return
        await ack()
        async with reply_with_errors(ignore):
            await self.casting.character_sheets.enqueue(start)

    async def on_opinion(self, same: bool, press: ButtonPress, responder: Responder) -> None:  # noqa: ARG002 - Bolt's order
        """Count what the person says about the view; a later press changes it."""
        round_id, attempt_id = press.expect_ids(2)
        await self.casting.character_sheets.give_opinion(
            round_id, attempt_id, press.person, press.event_ts_us, same=same
        )

    async def on_keep(self, press: ButtonPress, responder: Responder) -> None:  # noqa: ARG002 - as all listeners
        """Keep the attempt that the button carries."""
        round_id, attempt_id = press.expect_ids(2)
        await self.casting.character_sheets.keep(round_id, attempt_id, press.person)

    async def on_again(self, press: ButtonPress, responder: Responder) -> None:
        """Start the next attempt with the model whose price the button showed."""
        round_id, attempt_id, shown_model = press.expect_ids(3)
        start = await responder.within_ack_deadline(
            self.casting.character_sheets.draw_again(round_id, attempt_id, shown_model, press.person)
        )
        await responder.ack()
        await self.casting.character_sheets.enqueue(start)


@parses_payload
def _sheet_form_from(submission: FormSubmission) -> tuple[FormSubmission, blocks.SheetChoice, int, Decimal]:
    """Parse the form with the round's id alone as its id, the choice, when it was opened, and the price it showed."""
    round_id, formed_at_us, reset, shown_price = submission.expect_ids(4)
    values: Mapping[str, tuple[str, ...]] = {
        field.partition(":")[0]: chosen for field, chosen in submission.values.items()
    }
    choice = blocks.SheetChoice(
        preset=next(iter(values.get(blocks.PRESET, ())), ""),
        angles=tuple(Angle(value) for value in values.get(blocks.ANGLES, ())),
        expressions=tuple(Expression(value) for value in values.get(blocks.EXPRESSIONS, ())),
        in_every_angle=bool(values.get(blocks.EVERY)),
        model=next(iter(values.get(blocks.MODEL, ())), ""),
        size=Size(next(iter(values.get(blocks.SIZE, ())), Size.TWO_K)),
        reset=parse_number(reset),
    )
    return submission.for_id(round_id), choice, parse_microseconds(formed_at_us), parse_price(shown_price)
