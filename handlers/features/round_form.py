"""The form of a round: opened by `/cast` or from a message, priced while the user fills it in, then submitted."""

import re
from dataclasses import dataclass
from datetime import datetime

import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.respond.async_respond import AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.brief import TEXT_LIMIT, BallotMode, Brief, Consent, Ground, IntendedUse
from bot.domain.catalogue import Look, Size
from bot.domain.errors import AlreadyCast, CastingError, ConsentNeeded, FormErrors, NotAvailableHere
from bot.domain.round_form import Draft, ReferenceKind
from bot.domain.service_errors import SlackRejected, SlackUnavailable
from bot.usecases.round_form import RoundFormState, ValidatedForm
from handlers.slack.directory import SlackDirectory
from handlers.slack.error_replies import reply_with_errors
from handlers.slack.files import download_file
from handlers.slack.listeners import Listeners, ack_listener, form_listener, view_action_listener
from handlers.slack.markup import mentioned_user_ids, to_plain_text
from handlers.slack.modals import open_modal, update_modal
from handlers.slack.payloads.parsers import options_query_from, shortcut_from, submission_from
from handlers.slack.payloads.scalars import parse_datetime, parse_number, parses_payload
from handlers.slack.payloads.values import FormSubmission, MessageShortcut, OptionsQuery, Payload, ViewAction
from handlers.slack.responder import FormResponder, Responder
from handlers.text import reference_photo
from handlers.text import round_form as words
from handlers.text.format import truncate
from handlers.views import round_form as blocks
from handlers.views.builder import View
from handlers.views.fields import joined_text
from handlers.views.round_form import FIELD_PREFIX

log = structlog.get_logger()

_MAX_NAMED = 8


@dataclass(frozen=True)
class RoundFormListeners(Listeners):
    """Listeners for the form, and for the message shortcut that opens it."""

    directory: SlackDirectory

    def listen(self, app: AsyncApp) -> None:
        app.shortcut("cast_message")(self.on_shortcut)
        check = self.guard.check_draft
        for field, on_query in (("name", self.on_name_query), ("face", self.on_face_query)):
            app.options(f"{blocks.FIELD_PREFIX}{field}")(
                ack_listener(options_query_from, on_query, _offer_nothing, check)
            )
        price_fields = re.compile(f"^{blocks.FIELD_PREFIX}({'|'.join(blocks.PRICE_FIELDS)})$")
        app.action(price_fields)(view_action_listener(self.on_change, check))
        app.view(blocks.CALLBACK_ID)(self.on_submit)
        app.view(blocks.CONSENT_CALLBACK_ID)(form_listener(self.on_consent, _show_result, check))
        app.view(blocks.RECAST_CALLBACK_ID)(form_listener(self.on_recast, _show_result, check))

    async def on_shortcut(self, ack: AsyncAck, body: Payload, client: AsyncWebClient, respond: AsyncRespond) -> None:
        """Open the form with the text of a message as the brief."""
        responder = Responder(ack, respond, client)
        async with reply_with_errors(responder.ephemeral):
            shortcut = shortcut_from(body)
            await responder.ack()
            responder.thread_ts = shortcut.thread_ts
            if not await responder.within_ack_deadline(self.directory.can_post(shortcut.place)):
                raise NotAvailableHere("not_a_channel" if shortcut.place.is_dm else "not_invited_message")
            await self.guard.require_member(shortcut.person, shortcut.place)
            text = await responder.within_ack_deadline(self._message_text(shortcut))
            source_thread_ts = shortcut.thread_ts or ""
            form_state = await responder.within_ack_deadline(
                self.casting.round_form.create(
                    shortcut.place, shortcut.person, shortcut.trigger_id, Brief("", text), source_thread_ts
                )
            )
            await open_modal(client, shortcut.trigger_id, blocks.form(form_state, self.titles))

    async def on_name_query(self, query: OptionsQuery, ack: AsyncAck) -> None:
        """Offer characters, and the name as the user typed it."""
        found = await self.casting.round_form.suggest_names(query.id, query.person, query.text)
        await ack(options=blocks.options(blocks.name_choices(list(found))))

    async def on_face_query(self, query: OptionsQuery, ack: AsyncAck) -> None:
        """Offer faces as a reference."""
        found = await self.casting.round_form.suggest_faces(query.id, query.person, query.text)
        await ack(options=blocks.options([(name, name) for name in found]))

    async def on_change(self, view_action: ViewAction, client: AsyncWebClient) -> None:
        """Update the price after a choice that affects it; if another update came first, again without a hash."""
        form, draft = view_action.form, draft_from(view_action.form)
        for view_hash in (view_action.view_hash, ""):
            form_state = await self.casting.round_form.reprice(form.id, form.person, draft, view_action.event_ts_us)
            if form_state is None or await self._update(client, view_action.view_id, view_hash, form_state):
                return

    async def on_submit(self, ack: AsyncAck, body: Payload, client: AsyncWebClient) -> None:
        """Validate, save, ack, work; a second submission starts no second round."""
        responder = _RoundFormResponder(ack, client)
        async with reply_with_errors(responder.ephemeral):
            submission = responder.submission = submission_from(body)
            responder.draft = draft_from(submission)
            await self.guard.check_draft(submission)
            try:
                validated = await self.casting.round_form.validate(submission.id, submission.person, responder.draft)
                if responder.draft.photo_file_id:
                    await self._start_with_photo(validated, submission.person, responder)
                    return
                started = await self.casting.round_form.submit(validated)
            except (AlreadyCast, ConsentNeeded) as question:
                if ack.response is not None:
                    raise
                modal = blocks.recast(question) if isinstance(question, AlreadyCast) else blocks.consent(question)
                await ack(response_action="push", view=modal)
                return
            except CastingError as error:
                await responder.show_field_errors(error)
                return
            await ack()
            await self.casting.start_round.enqueue(started.round.id)

    async def on_recast(self, submission: FormSubmission, ack: AsyncAck) -> None:
        """Start the round after the user confirms the re-cast and its price."""
        started = await self.casting.start_round.confirm_recast(submission.id, submission.person)
        await ack(response_action="clear")
        await self.casting.start_round.enqueue(started.round.id)

    async def on_consent(self, submission: FormSubmission, ack: AsyncAck) -> None:
        """Start the round after the user confirms that the person in the photo agreed to this use too."""
        use = (await self.casting.start_round.get_draft(submission.id, submission.person)).brief.use
        wording = reference_photo.wider_wording(use or "")
        try:
            started = await self.casting.start_round.confirm_consent(submission.id, submission.person, wording)
        except AlreadyCast as already_cast:
            await ack(response_action="update", view=blocks.recast(already_cast))
            return
        await ack(response_action="clear")
        await self.casting.start_round.enqueue(started.round.id)

    async def _start_with_photo(self, validated: ValidatedForm, person: str, responder: "_RoundFormResponder") -> None:
        """Close the form, then download the photo: a download takes longer than Slack waits for the ack."""
        responder.place, responder.person = validated.round_draft.place, person
        await responder.ack()
        data = await download_file(responder.client, responder.draft.photo_file_id)
        started = await self.casting.round_form.submit_with_photo(
            validated, data, _consent(responder.draft, person, self.casting.now())
        )
        await self.casting.start_round.enqueue(started.round.id)

    async def _update(self, client: AsyncWebClient, view_id: str, view_hash: str, form_state: RoundFormState) -> bool:
        """Show the form again; return False where another update came first."""
        try:
            await update_modal(client, view_id, blocks.form(form_state, self.titles), view_hash)
        except SlackRejected as error:
            if error.code == "hash_conflict":
                return False
            log.info("form_update_failed", why=error.code)
        return True

    async def _message_text(self, shortcut: MessageShortcut) -> str:
        """Return the message as plain text with user names, cut to the length of a brief."""
        names = {}
        for person in mentioned_user_ids(shortcut.text)[:_MAX_NAMED]:
            try:
                names[person] = (await self.directory.get_user(shortcut.place.team, person)).name
            except SlackUnavailable:
                continue
        return truncate(to_plain_text(shortcut.text, names).strip(), TEXT_LIMIT)


class _RoundFormResponder(FormResponder):
    """Answers to a submitted form, with errors at their fields."""

    def __init__(self, ack: AsyncAck, client: AsyncWebClient) -> None:
        super().__init__(ack, client, f"{blocks.FIELD_PREFIX}name")
        self.submission: FormSubmission | None = None
        self.draft = Draft()

    async def show_field_errors(self, error: CastingError) -> None:
        """Show the error at its fields; raises it again after the ack, when the form is closed."""
        if self.ack.response is not None:
            raise error
        field_errors = error.by_field if isinstance(error, FormErrors) else {}
        texts = {
            self._existing_field(f"{blocks.FIELD_PREFIX}{field}"): words.field_error(reason)
            for field, reason in field_errors.items()
        }
        single_text = {self._existing_field(blocks.block_id_for(error, self.draft)): words.field_error(error)}
        await self.ack(response_action="errors", errors=texts or single_text)

    def _existing_field(self, field: str) -> str:
        """Return the field, or the menu that shows it: Slack refuses an error for a field that is not in the form."""
        return field if self.submission and field in self.submission.values else f"{blocks.FIELD_PREFIX}like"


async def _offer_nothing(ack: AsyncAck, _: View) -> None:
    await ack(options=[])


async def _show_result(ack: AsyncAck, view: View) -> None:
    await ack(response_action="update", view=blocks.result(view.text))


def _consent(draft: Draft, person: str, now: datetime) -> Consent | None:
    """Return the confirmation with the exact text that the form showed."""
    return (
        Consent(person, now, f"{reference_photo.PHOTO}: {reference_photo.AGREED}") if draft.shows_real_person else None
    )


@parses_payload
def draft_from(submission: FormSubmission) -> Draft:
    """Parse the fields; a field that Slack left out is empty. Raises BadPayload for values that no field offers."""

    def value(field: str) -> str:
        return submission.value(FIELD_PREFIX + field)

    def values(field: str) -> tuple[str, ...]:
        return tuple(submission.values.get(FIELD_PREFIX + field, ()))

    picture_kind = value("real")
    return Draft(
        name=value("name"),
        text=joined_text(submission.values, f"{FIELD_PREFIX}text"),
        look=Look(value("look")) if value("look") else None,
        models=values("models"),
        per_model=_parse_optional_number(value("each")),
        aspect=value("aspect") or "3:4",
        ground=Ground(value("ground") or Ground.MUTED),
        size=Size(value("size") or Size.DRAFT),
        reference_kind=ReferenceKind(value("like") or ReferenceKind.NONE),
        reference_character=value("face"),
        photo_file_id=value("picture"),
        shows_real_person=picture_kind == "photo" if picture_kind else None,
        has_consent=bool(value("agreed")),
        closes_at=parse_datetime(value("until")) if value("until") else None,
        ballot=BallotMode(value("ballot") or BallotMode.OPEN),
        voters=values("voters"),
        quorum=_parse_optional_number(value("quorum")),
        use=IntendedUse(value("use")) if value("use") else None,
        lead=value("lead"),
    )


def _parse_optional_number(text: str) -> int | None:
    """Parse a number, or return None: Slack checks a number field at the submission, not while the user types."""
    return parse_number(text) if text.isascii() and text.isdigit() else None
