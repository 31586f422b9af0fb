"""Faces that could be confused: after a lock, people are asked about earlier faces that fit the same words.

Nothing is blocked, and nothing waits for an answer.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import structlog

from bot.domain.errors import RoundClosed
from bot.domain.face import Character, Face
from bot.domain.ids import filename
from bot.domain.look_alikes import LEAST_CAST, LookAlikeQuestion, appearance_of, shared_words
from bot.domain.round import Round
from bot.domain.round_state import RoundState
from bot.domain.service_errors import PortraitMissing, SlackRejected
from bot.imaging.pictures import run_in_thread
from bot.imaging.wide_shot import wide_shot
from bot.ports.messaging import Picture
from bot.ports.roster import RosterQuery
from bot.usecases.access import is_visible_to_all
from bot.usecases.ports import UseCase
from bot.usecases.previews import get_preview

log = structlog.get_logger()

# Faces of a cast that are compared, and questions after one lock: a thread with more would be read by nobody.
_MAX_FACES = 500
_MAX_QUESTIONS = 5
# A job that runs again later asks nothing any more.
_ASK_WITHIN = timedelta(days=1)


@dataclass(frozen=True)
class AnsweredQuestion:
    """A question after a person's answer, and the names of both characters."""

    question: LookAlikeQuestion
    names: tuple[str, str]


@dataclass(frozen=True, slots=True)
class AskLookAlikes(UseCase):
    """Asks about a face that was just locked, and takes the answers."""

    async def ask(self, round_id: str) -> None:
        """Post a question for each earlier face of the cast that fits; a repeated call posts what is missing.

        A picture that is lost or that Slack refuses costs its question. Raises SlackUnavailable, StorageUnavailable.
        """
        round_ = await self.storage.rounds.get(round_id)
        face = await self.storage.roster.get_face(round_id)
        if face is None or not await self._is_asked_about(round_, face):
            return
        for other in await self._similar_faces(round_, face):
            shared = shared_words(appearance_of(face.brief), appearance_of(other.brief))
            asked_at = self.ports.now()
            question = await self.storage.look_alikes.add(LookAlikeQuestion(round_id, other.round_id, shared, asked_at))
            if not question.message_ts:
                await self._post(question, face, other)

    async def answer(
        self, round_id: str, other_round_id: str, person: str, is_yes: bool, event_ts_us: int
    ) -> AnsweredQuestion:
        """Store the person's answer in place of an earlier one.

        Raises KeyError for an unknown question, RoundClosed for one whose answers are no longer kept.
        """
        question = await self.storage.look_alikes.get(round_id, other_round_id)
        faces = [await self.storage.roster.get_face(id_) for id_ in (round_id, other_round_id)]
        names = (faces[0].character if faces[0] else "", faces[1].character if faces[1] else "")
        if question.is_closed:
            raise RoundClosed("answer", "question_closed", names[0])
        if await self.storage.look_alikes.answer(round_id, other_round_id, person, is_yes, event_ts_us):
            for changed in (round_id, other_round_id):
                self.ports.publisher.schedule_redraw(changed)
        return AnsweredQuestion(await self.storage.look_alikes.get(round_id, other_round_id), names)

    async def _is_asked_about(self, round_: Round, face: Face) -> bool:
        """Whether the production wants questions, and the face was locked a moment ago and is still the character's."""
        if round_.state is not RoundState.LOCKED or face.unlocked or round_.place.is_dm:
            return False
        production = await self.storage.productions.get(round_.place)
        return production.settings.ask_look_alikes and self.ports.now() - face.locked_at < _ASK_WITHIN

    async def _similar_faces(self, round_: Round, face: Face) -> Sequence[Face]:
        """Return the earlier faces of the cast to ask about, the newest first; none below three cast faces."""
        cast = await self._visible_cast(round_)
        if len(cast) < LEAST_CAST:
            return ()
        own = appearance_of(face.brief)
        earlier = [
            character.face
            for character in cast
            if character.id != face.character_id
            and character.face
            and character.face.locked_at < face.locked_at
            and not character.face.consent_withdrawn_at
            and shared_words(own, appearance_of(character.face.brief))
        ]
        newest = sorted(earlier, key=lambda other: other.locked_at, reverse=True)
        return [other for other in newest if not await self._is_hidden(other)][:_MAX_QUESTIONS]

    async def _visible_cast(self, round_: Round) -> Sequence[Character]:
        """Return the production's characters with a face that everyone in the round's channel may see."""
        production = await self.storage.productions.get(round_.place)
        sections = await self.storage.roster.sections(round_.place.team)
        places = {s.place for s in sections if s.production_id == production.id}
        visible = [p for p in places if await is_visible_to_all(self.ports.channel_access, p, round_.place)]
        query = RosterQuery(tuple(visible), production.id, only_with_face=True)
        return (await self.storage.roster.page(query, _MAX_FACES, 0)).characters

    async def _is_hidden(self, face: Face) -> bool:
        return (await self.storage.rounds.get(face.round_id)).is_face_hidden

    async def _post(self, question: LookAlikeQuestion, face: Face, other: Face) -> None:
        faces = (face, other)
        try:
            previews = [await get_preview(self.storage.portraits, f.round_id, f.slot_id) for f in faces]
            data = await run_in_thread(wide_shot, previews, [f.character for f in faces])
            name = f"{filename(face.character)}-{filename(other.character)}-wide.jpg"
            await self.ports.publisher.ask_look_alike(question, Picture(data, name))
        except (PortraitMissing, SlackRejected) as error:
            log.warning("look_alike_not_asked", round=question.round_id, why=str(error))
