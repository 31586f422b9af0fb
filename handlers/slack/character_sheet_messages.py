"""The messages of a character sheet's views, in the thread of the record."""

from bot.domain.catalogue import Catalogue
from bot.domain.character_sheet import MESSAGE_GONE, Sheet, SheetView, available_sheet_models, redraw_model
from bot.domain.face import Face
from bot.domain.round import Round
from bot.domain.round_state import RoundState
from bot.domain.service_errors import SlackRejected
from bot.ports.clock import Now
from bot.ports.storage import StoragePorts
from handlers.slack.api_errors import best_effort, slack_call
from handlers.slack.clients import Clients
from handlers.slack.files import FILE_RETRY_DELAYS
from handlers.slack.responder import message_id, post_message
from handlers.slack.updated_messages import digest_of, update_if_present
from handlers.text.model_titles import Titles
from handlers.views.builder import View, fit
from handlers.views.character_sheet import SheetMessage, view_message

_DELETED = "duplicate_message_not_found"


class CharacterSheetMessages:
    """Writer of these messages: one for each final attempt, updated when what it shows changed.

    `client_msg_id` makes each post idempotent. A message that someone deleted stays deleted.
    """

    def __init__(self, clients: Clients, storage: StoragePorts, catalogue: Catalogue, titles: Titles, now: Now) -> None:
        self._clients = clients
        self._storage = storage
        self._catalogue = catalogue
        self._titles = titles
        self._now = now

    async def publish(self, round_: Round) -> None:
        """Update the posted messages that show something else now; a final refusal is only logged."""
        if round_.state is not RoundState.LOCKED:
            return
        sheet = await self._storage.sheets.load(round_.id)
        posted = [attempt for attempt in sheet.attempts if attempt.message_ts]
        if not posted:
            return
        face = await self._storage.roster.get_face(round_.id)
        for attempt in posted if face else ():
            assert face
            with best_effort("chat.update"), slack_call("chat.update"):
                await self._update(round_, attempt, fit(self._view(round_, face, sheet, attempt)))

    async def show(self, round_: Round, attempt_id: str) -> None:
        """Post a final attempt, unless it is posted; raises SlackUnavailable."""
        sheet = await self._storage.sheets.load(round_.id)
        attempt, face = sheet.by_id(attempt_id), await self._storage.roster.get_face(round_.id)
        assert face
        if attempt.message_ts or attempt.is_in_progress:
            return
        shown = fit(self._view(round_, face, sheet, attempt))
        try:
            posted = await post_message(
                shown,
                round_.place,
                await self._clients.for_team(round_.place.team),
                thread_ts=round_.message_ts,
                client_msg_id=message_id(round_.place.team, attempt.id),
                retry_delays=FILE_RETRY_DELAYS,
            )
            message_ts = posted.ts
        except SlackRejected as error:
            if error.code != _DELETED:
                raise
            message_ts = MESSAGE_GONE
        await self._storage.sheets.set_message(attempt.id, message_ts, digest_of(shown))

    async def _update(self, round_: Round, attempt: SheetView, shown: View) -> None:
        if attempt.message_ts == MESSAGE_GONE or attempt.digest == digest_of(shown):
            return
        if await update_if_present(self._clients, round_.place, attempt.message_ts, shown):
            await self._storage.sheets.set_message(attempt.id, attempt.message_ts, digest_of(shown))
        else:
            await self._storage.sheets.set_message(attempt.id, MESSAGE_GONE, "")

    def _view(self, round_: Round, face: Face, sheet: Sheet, attempt: SheetView) -> View:
        may_draw = not face.unlocked and not face.consent_withdrawn_at and not round_.is_face_hidden
        models = available_sheet_models(self._catalogue, self._now().date()) if may_draw else ()
        model = redraw_model(attempt, models)
        return view_message(SheetMessage(face, sheet, attempt, self._titles, model, is_hidden=round_.is_face_hidden))
