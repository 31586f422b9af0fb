"""The questions in a round's thread whether its face could be confused with an earlier one."""

from bot.domain.look_alikes import LookAlikeQuestion
from bot.domain.round import Round
from bot.ports.erasure import MessageAddress
from bot.ports.messaging import Picture
from bot.ports.storage import StoragePorts
from handlers.slack.api_errors import best_effort, slack_call
from handlers.slack.clients import Clients
from handlers.slack.files import Upload, Uploads
from handlers.slack.responder import message_id, post_message
from handlers.slack.updated_messages import digest_of, update_if_present
from handlers.text import look_alikes as words
from handlers.views.builder import fit
from handlers.views.look_alikes import question_view


class LookAlikeMessages:
    """Writer of these messages: the picture first, then the question below it, updated when its counts changed."""

    def __init__(self, clients: Clients, storage: StoragePorts, uploads: Uploads) -> None:
        self._clients = clients
        self._storage = storage
        self._uploads = uploads

    async def ask(self, question: LookAlikeQuestion, picture: Picture) -> None:
        """Share the picture and post the question, each once; raises SlackUnavailable."""
        round_ = await self._storage.rounds.get(question.round_id)
        if (names := await self._names(question)) is None:
            return
        upload = Upload(picture.data, picture.filename, words.picture_title(names), words.picture_alt(names))
        (file_id,) = await self._uploads.upload_once(
            round_, [upload], self._storage.rounds, also_shown=[question.other_round_id]
        )
        # Slack posts a file when it has processed it, and the question belongs below.
        await self._uploads.wait_until_displayable(round_.place.team, file_id)
        shown = fit(question_view(question, names))
        posted = await post_message(
            shown,
            round_.place,
            await self._clients.for_team(round_.place.team),
            thread_ts=round_.message_ts,
            client_msg_id=message_id(round_.place.team, f"{question.round_id}:{question.other_round_id}:look_alike"),
        )
        for shown_round in (question.round_id, question.other_round_id):
            address = MessageAddress(round_.place.channel, posted.ts)
            await self._storage.posted_messages.add(shown_round, address)
        await self._storage.look_alikes.set_message(question, posted.ts, digest_of(shown))

    async def publish(self, round_: Round) -> None:
        """Update the questions of a locked face whose counts changed; a refusal is only logged."""
        for question in await self._storage.look_alikes.list_for_round(round_.id) if round_.locked_slot else ():
            names = await self._names(question) if question.message_ts else None
            shown = fit(question_view(question, names)) if names else None
            if shown and question.digest != digest_of(shown):
                with best_effort("chat.update"), slack_call("chat.update"):
                    # A message that somebody deleted stays deleted.
                    await update_if_present(self._clients, round_.place, question.message_ts, shown)
                    await self._storage.look_alikes.set_message(question, question.message_ts, digest_of(shown))

    async def _names(self, question: LookAlikeQuestion) -> tuple[str, str] | None:
        """Return the names of both characters; None if one of them was deleted."""
        roster = self._storage.roster
        face, other = await roster.get_face(question.round_id), await roster.get_face(question.other_round_id)
        return (face.character, other.character) if face and other else None
