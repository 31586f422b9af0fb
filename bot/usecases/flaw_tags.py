"""What looks artificial: tags for the candidates of an open ballot, from people who have voted.

They are counted at the close. Until then nothing shows them, and nothing ever shows whose they are.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.domain.ballot import FlawTag, shuffled_for
from bot.domain.errors import RoundClosed
from bot.domain.round import Round
from bot.domain.round_state import RoundState
from bot.domain.slot import Slot
from bot.usecases.ports import UseCase
from bot.usecases.vote import load_votes


@dataclass(frozen=True)
class FlawForm:
    """The form of one person: the candidates in their personal order, and their tags so far by slot id."""

    round: Round
    candidates: tuple[Slot, ...]
    own: Mapping[str, tuple[FlawTag, ...]]


@dataclass(frozen=True, slots=True)
class FlawTags(UseCase):
    """Takes tags on open ballots; on a sealed one they are part of the ballot."""

    async def form(self, round_id: str, person: str) -> FlawForm:
        """Return the person's form; raises RoundClosed once the vote is over and before the person has voted."""
        round_ = await self._get_open(round_id, person)
        order = shuffled_for((s.id for s in round_.candidates), round_.order_seed, person)
        answers = await self.storage.flaw_answers.list_for_round(round_id)
        own = {answer.slot_id: answer.tags for answer in answers if answer.person == person}
        return FlawForm(round_, tuple(round_.candidate_by_slot(slot_id) for slot_id in order), own)

    async def submit(self, round_id: str, person: str, tags: Mapping[str, tuple[FlawTag, ...]]) -> Mapping[int, int]:
        """Replace the person's tags (by slot id); return how many each candidate number has now.

        Raises what `form` raises. Tags of other rounds' candidates are ignored.
        """
        round_ = await self._get_open(round_id, person)
        numbers = {slot_id: number for number, slot_id in round_.slot_id_by_number.items()}
        kept = {slot_id: tuple(dict.fromkeys(given)) for slot_id, given in tags.items() if slot_id in numbers and given}
        await self.storage.flaw_answers.replace(round_id, person, kept, self.ports.now_us())
        _require_open(await self.storage.rounds.get(round_id))
        return {numbers[slot_id]: len(given) for slot_id, given in sorted(kept.items(), key=lambda i: numbers[i[0]])}

    async def _get_open(self, round_id: str, person: str) -> Round:
        round_ = await self.storage.rounds.get(round_id)
        _require_open(round_)
        round_.require_voter(person)
        if person not in round_.voted_people(*await load_votes(self.storage, round_id)):
            raise RoundClosed("tag", "not_voted", round_.character)
        return round_


def _require_open(round_: Round) -> None:
    round_.require_state(RoundState.VOTING, action="tag")
    if not round_.accepts_flaw_tags:
        state = "follow_up" if round_.is_follow_up else "run_off" if round_.run_off else "sealed"
        raise RoundClosed("tag", state, round_.character)
