"""The lock: one candidate becomes the character's face, once."""

from dataclasses import dataclass

from bot.domain.ballot import Tally, run_off_numbers
from bot.domain.errors import NotAvailableHere, NoWinner, RoundClosed, TallyChanged
from bot.domain.face import Face
from bot.domain.prompt import VERSION_VARIATION
from bot.domain.round import Round
from bot.domain.round_state import RoundState
from bot.domain.service_errors import PortraitMissing
from bot.domain.slot import Slot
from bot.usecases.access import PermittedUseCase
from bot.usecases.close_vote import CloseVote
from bot.usecases.vote import load_votes
from bot.usecases.webhook_queue import enqueue_due


@dataclass(frozen=True)
class LockChoices:
    """An open round without a leader, its tally, and whether a run-off would be possible after the close."""

    round: Round
    tally: Tally
    can_run_off: bool


@dataclass(frozen=True, slots=True)
class LockFace(PermittedUseCase):
    """Locks faces."""

    close_vote: CloseVote

    async def lock(self, round_id: str, expected_slot_id: str | None, person: str) -> Face:
        """Close an open ballot, then lock the sole leader; a repeated call returns the same face.

        `expected_slot_id` is the leader that the button showed, None for none. Raises NotLead, PermissionDenied,
        RoundClosed, NoWinner, TallyChanged, PortraitMissing, SlackUnavailable. A sealed ballot must be closed first, so
        that a press does not reveal its tally. After NoWinner the ballot is closed; after the others nothing is locked.
        """
        round_ = await self.storage.rounds.get(round_id)
        await self.permissions.require_lock(round_, person)
        if face := await self.storage.roster.get_face(round_id):
            return face
        round_.require_casting("lock")
        round_.require_state(RoundState.VOTING, RoundState.CLOSED, action="lock")
        _require_shown(round_, expected_slot_id)
        if round_.state is RoundState.VOTING and round_.is_sealed:
            raise RoundClosed("lock", "sealed", round_.character)
        if round_.state is RoundState.VOTING:
            round_ = await self.close_vote.close_ballot(round_id, expected_slot_id=expected_slot_id, for_lock=True)
        tally = round_.tally
        if tally is None or (leader := round_.leader(tally)) is None:
            await self.ports.publisher.redraw_now(round_id)
            await self.ports.job_queue.start("close", round_id)
            raise NoWinner(tally.leaders if tally else (), round_.votes_short_of_quorum(tally) if tally else 0)
        return await self._save(round_, round_.candidate_by_number(leader), person, by_lead=False)

    async def choices_without_leader(self, round_id: str, person: str) -> LockChoices:
        """Return what the lead can do while no candidate leads; nothing changes.

        Raises NotLead, PermissionDenied, RoundClosed, and TallyChanged if a candidate leads by now.
        """
        round_ = await self.storage.rounds.get(round_id)
        await self.permissions.require_lock(round_, person)
        round_.require_casting("lock")
        round_.require_state(RoundState.VOTING, action="lock")
        if round_.is_sealed:
            raise RoundClosed("lock", "sealed", round_.character)
        tally = round_.count_votes(*await load_votes(self.storage, round_id))
        if round_.leader(tally):
            raise TallyChanged(None, dict(tally.votes))
        has_quorum = not round_.votes_short_of_quorum(tally)
        return LockChoices(round_, tally, has_quorum and not round_.run_off and bool(run_off_numbers(tally)))

    async def get_choice(self, slot_id: str, person: str) -> tuple[Round, Slot]:
        """Return a closed round and the candidate that the person may lock; raises NotLead, RoundClosed."""
        round_ = await self.storage.rounds.by_slot(slot_id)
        await self.permissions.require_lock(round_, person)
        round_.require_casting("decide")
        round_.require_state(RoundState.CLOSED, action="decide")
        _require_shown(round_, slot_id)
        return round_, round_.candidate_by_slot(slot_id)

    async def decide(self, slot_id: str, person: str) -> Face:
        """Lock a candidate of a closed ballot that the lead chose; raises PortraitMissing.

        The record says that the lead decided.
        """
        round_ = await self.storage.rounds.by_slot(slot_id)
        await self.permissions.require_lock(round_, person)
        if face := await self.storage.roster.get_face(round_.id):
            return face
        round_.require_casting("decide")
        round_.require_state(RoundState.CLOSED, action="decide")
        slot = round_.candidate_by_slot(slot_id)
        by_lead = round_.tally is None or round_.leader(round_.tally) != slot.number
        return await self._save(round_, slot, person, by_lead=by_lead)

    async def _save(self, round_: Round, slot: Slot, person: str, *, by_lead: bool) -> Face:
        _require_shown(round_, slot.id)
        if slot.portrait and not await self.storage.portraits.has(slot.portrait.key):
            raise PortraitMissing(slot.portrait.key)
        character = await self.storage.roster.get(round_.character_id)
        await self.permissions.require_sees_face(character, round_.place, person)
        locked = await self.storage.rounds.lock(round_.id, self._build_face(round_, slot, person, by_lead))
        face = await self.storage.roster.get_face(round_.id)
        if face is None:
            raise RoundClosed("lock", (await self.storage.rounds.get(round_.id)).state, round_.character)
        if locked:
            await self.ports.publisher.redraw_now(round_.id)
            await self.ports.job_queue.start("close", round_.id)
            if self.ports.passport_signer.certificate:
                await self.ports.job_queue.start("passport", round_.id)
            await enqueue_due(self.ports)
            for earlier in await self.storage.roster.list_faces(face.character_id):
                if earlier.round_id != round_.id:
                    self.ports.publisher.schedule_redraw(earlier.round_id)
        return face

    def _build_face(self, round_: Round, slot: Slot, person: str, by_lead: bool) -> Face:
        assert slot.portrait
        assert slot.number
        assert slot.cost is not None
        return Face(
            round_id=round_.id,
            character_id=round_.character_id,
            character=round_.character,
            place=round_.place,
            version=0,
            slot_id=slot.id,
            number=slot.number,
            model=slot.model,
            portrait=slot.portrait,
            prompt=slot.prompt or round_.prompt,
            prompt_version=VERSION_VARIATION if slot.variation_of_slot_id else round_.prompt_version,
            brief=round_.brief.text,
            seed=slot.seed,
            request_id=slot.request_id,
            cost=slot.cost,
            cost_source=slot.cost_source,
            tally=dict(round_.tally.votes) if round_.tally else {},
            voters=round_.tally.voters if round_.tally else 0,
            decided_by_lead=by_lead,
            lead=round_.lead,
            locked_by=person,
            locked_at=self.ports.now(),
            message_ts=round_.message_ts or "",
            use=round_.brief.use or "",
            variation_of=round_.variation_number(slot),
        )


def _require_shown(round_: Round, slot_id: str | None) -> None:
    """Raise NotAvailableHere for a reported candidate: somebody must decide about the report first."""
    if any(slot.id == slot_id for slot in round_.hidden):
        raise NotAvailableHere("reported")
