"""Rounds and faces in memory, for the round publisher and the listeners."""

from collections.abc import Sequence
from dataclasses import replace
from typing import cast

from bot.domain.ballot import BallotSubmission, VoteInput
from bot.domain.face import Face
from bot.domain.round import Round
from bot.domain.upscale import Upscale
from bot.ports.ledger import UpscaleRepository
from bot.ports.roster import Roster
from bot.ports.rounds import RoundDraft, RoundRepository


class InMemoryRepositories:
    """The repository methods that handlers/ calls, for several ports in one object."""

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
        self.stored_uploads: dict[str, Sequence[str]] = {}

    @property
    def rounds(self) -> RoundRepository:
        return cast("RoundRepository", self)

    @property
    def roster(self) -> Roster:
        return cast("Roster", self)

    @property
    def upscales(self) -> UpscaleRepository:
        return cast("UpscaleRepository", self)

    async def list_for_face(self, round_id: str) -> tuple[Upscale, ...]:
        return self.stored_upscales

    async def get(self, round_id: str) -> Round:
        return self.rounds_by_id[round_id]

    async def by_slot(self, slot_id: str) -> Round:
        for round_ in self.rounds_by_id.values():
            if any(slot.id == slot_id for slot in round_.slots):
                return round_
        raise KeyError(slot_id)

    async def get_draft(self, draft_id: str) -> RoundDraft | None:
        return self.stored_draft if self.stored_draft and self.stored_draft.id == draft_id else None

    async def list_vote_inputs(self, round_id: str) -> Sequence[VoteInput]:
        return self.stored_vote_inputs

    async def list_submissions(self, round_id: str) -> Sequence[BallotSubmission]:
        return ()

    async def get_face(self, round_id: str) -> Face | None:
        return self.stored_face

    async def list_faces(self, character_id: str) -> Sequence[Face]:
        return (self.stored_face,) if self.stored_face else ()

    async def get_upload(self, key: str) -> Sequence[str]:
        return self.stored_uploads.get(key, ())

    async def set_upload(self, key: str, files: Sequence[str]) -> None:
        self.stored_uploads[key] = files

    async def set_message(self, round_id: str, message_ts: str) -> None:
        self.rounds_by_id[round_id] = replace(self.rounds_by_id[round_id], message_ts=message_ts)
