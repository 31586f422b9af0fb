"""Rounds and faces in memory, for the round publisher and the listeners."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self, cast

from bot.domain.ballot import BallotSubmission, VoteInput
from bot.domain.cast_many import ManyList
from bot.domain.character_sheet import Sheet
from bot.domain.comment import Comment
from bot.domain.face import Face
from bot.domain.ids import ChannelRef
from bot.domain.look_alikes import LookAlikeQuestion
from bot.domain.production import Production, ProductionSettings
from bot.domain.round import Round
from bot.domain.target import TargetReport
from bot.domain.upscale import Upscale
from bot.ports.comments import CommentMessage
from bot.ports.erasure import MessageAddress
from bot.ports.handled_events import Answer, MessageKey
from bot.ports.rounds import RoundDraft
from bot.ports.storage import StoragePorts
from storage.replicas.single_process import SingleProcess


class InMemoryHandledEvents:
    """Implementation of the port HandledEvents."""

    def __init__(self) -> None:
        self._events: set[tuple[str, str]] = set()
        self._answers: dict[MessageKey, Answer] = {}
        self._choices: dict[str, int] = {}

    async def add(self, team: str, event_id: str) -> bool:
        is_new = (team, event_id) not in self._events
        self._events.add((team, event_id))
        return is_new

    async def get_answer(self, message: MessageKey) -> Answer | None:
        return self._answers.get(message)

    async def set_answer(self, message: MessageKey, answer: Answer) -> None:
        self._answers[message] = answer

    async def record_choice(self, view_id: str, event_ts_us: int) -> None:
        self._choices[view_id] = max(event_ts_us, self._choices.get(view_id, 0))

    async def is_newest_choice(self, view_id: str, event_ts_us: int) -> bool:
        return self._choices.get(view_id, 0) <= event_ts_us

    async def purge(self) -> None: ...


class InMemoryPostedFiles:
    """Implementation of the port PostedFiles: file ids by round."""

    def __init__(self) -> None:
        self.by_round: dict[str, set[str]] = {}

    async def add(self, file_ids: Sequence[str], round_ids: Sequence[str]) -> None:
        for round_id in round_ids:
            self.by_round.setdefault(round_id, set()).update(file_ids)


class InMemoryPostedMessages:
    """Implementation of the port PostedMessages: addresses by round."""

    def __init__(self) -> None:
        self.by_round: dict[str, list[MessageAddress]] = {}

    async def add(self, round_id: str, *addresses: MessageAddress) -> None:
        self.by_round.setdefault(round_id, []).extend(addresses)

    async def list_for_round(self, round_id: str) -> Sequence[MessageAddress]:
        return self.by_round.get(round_id, [])


class InMemoryRepositories:
    """The part of the storage ports that handlers read."""

    def __init__(
        self,
        *rounds: Round,
        face: Face | None = None,
        vote_inputs: Sequence[VoteInput] = (),
        draft: RoundDraft | None = None,
    ) -> None:
        self.rounds_by_id = {r.id: r for r in rounds}
        self.stored_face = face
        self.stored_vote_inputs = tuple(vote_inputs)
        self.stored_draft = draft
        self.stored_upscales: tuple[Upscale, ...] = ()
        self.stored_sheet = Sheet()
        self.stored_uploads: dict[str, Sequence[str]] = {}
        self.stored_settings = ProductionSettings()
        self.stored_comments: tuple[Comment, ...] = ()
        self.comment_messages: dict[str, CommentMessage] = {}
        self.posted_files = InMemoryPostedFiles()
        self.posted_messages = InMemoryPostedMessages()
        self.handled_events = InMemoryHandledEvents()
        self.replicas = SingleProcess()

    @property
    def storage(self) -> StoragePorts:
        return cast("StoragePorts", self)

    @property
    def rounds(self) -> Self:
        return self

    @property
    def ballots(self) -> Self:
        return self

    @property
    def roster(self) -> Self:
        return self

    @property
    def sheets(self) -> Self:
        return self

    async def load(self, round_id: str) -> Sheet:
        """Return the stored sheet; implements SheetRepository."""
        return self.stored_sheet

    @property
    def upscales(self) -> Self:
        return self

    @property
    def targets(self) -> "_InMemoryTargets":
        return _InMemoryTargets()

    @property
    def productions(self) -> "_InMemoryProductions":
        return _InMemoryProductions(self.stored_settings)

    @property
    def cast_many(self) -> "_InMemoryLists":
        return _InMemoryLists()

    @property
    def comments(self) -> "_InMemoryComments":
        return _InMemoryComments(self.stored_comments, self.comment_messages)

    @property
    def look_alikes(self) -> "_InMemoryLookAlikes":
        return _InMemoryLookAlikes()

    @property
    def drafts(self) -> "_InMemoryDrafts":
        return _InMemoryDrafts(self.stored_draft)

    async def list_for_face(self, round_id: str) -> tuple[Upscale, ...]:
        return self.stored_upscales

    async def get(self, round_id: str) -> Round:
        return self.rounds_by_id[round_id]

    async def by_slot(self, slot_id: str) -> Round:
        for round_ in self.rounds_by_id.values():
            if any(slot.id == slot_id for slot in round_.slots):
                return round_
        raise KeyError(slot_id)

    async def list_vote_inputs(self, round_id: str) -> Sequence[VoteInput]:
        return self.stored_vote_inputs

    async def list_submissions(self, round_id: str) -> Sequence[BallotSubmission]:
        return ()

    async def get_face(self, round_id: str) -> Face | None:
        return self.stored_face

    async def list_faces(self, character_id: str) -> Sequence[Face]:
        return (self.stored_face,) if self.stored_face else ()

    async def list_follow_ups(self, round_id: str) -> Sequence[Round]:
        return ()

    async def get_upload(self, key: str) -> Sequence[str]:
        return self.stored_uploads.get(key, ())

    async def set_upload(self, key: str, files: Sequence[str]) -> None:
        self.stored_uploads[key] = files

    async def set_message(self, round_id: str, message_ts: str) -> None:
        self.rounds_by_id[round_id] = replace(self.rounds_by_id[round_id], message_ts=message_ts)


@dataclass(frozen=True)
class _InMemoryTargets:
    """Nobody reported anything."""

    async def list_for_face(self, round_id: str) -> Sequence[TargetReport]:
        return ()


@dataclass(frozen=True)
class _InMemoryProductions:
    settings: ProductionSettings

    async def get(self, place: ChannelRef) -> Production:
        return Production("p1", place, (place.channel,), settings=self.settings)


@dataclass(frozen=True)
class _InMemoryLists:
    """One list `m1` in the channel of the tests' rounds."""

    async def get(self, list_id: str) -> ManyList:
        if list_id != "m1":
            raise KeyError(list_id)
        return ManyList(list_id, ChannelRef("T1", "C1"), "U0LEAD", ())


@dataclass(frozen=True)
class _InMemoryComments:
    stored: tuple[Comment, ...]
    messages: dict[str, CommentMessage]

    async def list_for_round(self, round_id: str) -> Sequence[Comment]:
        return [comment for comment in self.stored if comment.round_id == round_id]

    async def get_message(self, round_id: str) -> CommentMessage | None:
        return self.messages.get(round_id)

    async def set_message(self, round_id: str, message: CommentMessage) -> None:
        self.messages[round_id] = message


class _InMemoryLookAlikes:
    """No questions about similar faces."""

    async def list_for_round(self, round_id: str) -> Sequence[LookAlikeQuestion]:
        return ()

    async def list_about(self, round_id: str) -> Sequence[LookAlikeQuestion]:
        return ()


@dataclass(frozen=True)
class _InMemoryDrafts:
    stored: RoundDraft | None

    async def get(self, draft_id: str) -> RoundDraft | None:
        return self.stored if self.stored and self.stored.id == draft_id else None
