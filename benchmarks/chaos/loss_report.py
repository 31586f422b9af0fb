"""Comparison of the bot's storage with what users were promised and shown and what the models charged."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from hashlib import sha256
from typing import Self

from sqlalchemy import select

from benchmarks.harness.chaos import CHANNELS, ChaosHarness
from benchmarks.harness.simulated_team import STUCK_PREFIX, RoundScript, names_in, round_id_of
from bot.domain.ballot import Tally, VoteInput
from bot.domain.round import Round
from bot.domain.round_state import OPEN_STATES, RoundState
from playground.control.client import Json, text_of
from storage import open_storage
from storage.db.tables import rounds as rounds_table

_MAX_MESSAGES = 1_000
_UNKNOWN = "unknown"


@dataclass(frozen=True)
class LossReport:
    """Counters of one run.

    A payment is silent if the usage log charges more calls for a model and a round's prompt than the ledger knows as
    charged or perhaps charged. `unneeded_reservations` counts those recorded as perhaps charged that were
    not. `slots_unknown` counts slots of which it is unknown whether the model was paid. `unfinished` describes stuck
    rounds.
    """

    disruptions: int = 0
    rounds: int = 0
    locked: int = 0
    cancelled: int = 0
    without_portrait: int = 0
    votes_acknowledged: int = 0
    votes_lost: int = 0
    locks_lost: int = 0
    stuck: int = 0
    calls_charged: int = 0
    paid_twice: int = 0
    unrecorded_usd: Decimal = Decimal(0)
    unneeded_reservations: int = 0
    rounds_posted_twice: int = 0
    pictures_posted_twice: int = 0
    answers_posted_twice: int = 0
    slots_unknown: int = 0
    unfinished: tuple[str, ...] = ()

    def __add__(self, other: Self) -> "LossReport":
        return LossReport(**{f.name: getattr(self, f.name) + getattr(other, f.name) for f in fields(self)})


@dataclass(frozen=True)
class _StoredRound:
    """A stored round with its vote inputs, and whether the roster has its face."""

    round: Round
    vote_inputs: Sequence[VoteInput]
    has_face: bool

    @property
    def miscounted_votes(self) -> int:
        """Votes by which the frozen tally differs from its vote inputs."""
        if not self.round.tally:
            return 0
        numbers = {s.id: s.number for s in self.round.candidates if s.number in self.round.tally.votes}
        counted = Tally.from_vote_inputs(self.vote_inputs, {slot: number for slot, number in numbers.items() if number})
        return sum(abs(votes - counted.votes[number]) for number, votes in self.round.tally.votes.items())


async def build_loss_report(chaos_harness: ChaosHarness, round_scripts: Sequence[RoundScript]) -> LossReport:
    """Build the report after all rounds have ended and the bot has stopped."""
    stored = await _load_rounds(chaos_harness)
    charged_calls = [call for call in await chaos_harness.control_client.usage() if call["charged"]]
    outcomes = Counter(script.outcome for script in round_scripts)
    ended_count = outcomes["locked"] + outcomes["cancelled"] + outcomes["without a portrait"]
    open_count = sum(s.round.state in OPEN_STATES for s in stored) if ended_count == len(round_scripts) else 0
    counted = LossReport(
        disruptions=chaos_harness.disruptions,
        rounds=len(round_scripts),
        locked=outcomes["locked"],
        cancelled=outcomes["cancelled"],
        without_portrait=outcomes["without a portrait"],
        stuck=len(round_scripts) - ended_count + open_count,
        unfinished=tuple(script.outcome for script in round_scripts if script.outcome.startswith(STUCK_PREFIX)),
        calls_charged=len(charged_calls),
        slots_unknown=sum(slot.failure.kind == _UNKNOWN for s in stored for slot in s.round.slots if slot.failure),
        unrecorded_usd=max(Decimal(0), _billed_usd(charged_calls) - _recorded_usd(s.round for s in stored)),
    )
    payments = check_payments(charged_calls, [s.round for s in stored])
    return counted + _check_acknowledged(round_scripts, stored) + payments + await _count_duplicates(chaos_harness)


def _check_acknowledged(round_scripts: Iterable[RoundScript], stored: Iterable[_StoredRound]) -> LossReport:
    by_name = {s.round.character: s for s in stored}
    votes_acknowledged = votes_lost = locks_lost = 0
    for round_script in round_scripts:
        stored_round = by_name.get(round_script.name)
        stored_votes = (
            {
                (m.person, stored_round.round.candidate_by_slot(m.slot_id).number)
                for m in stored_round.vote_inputs
                if m.on
            }
            if stored_round
            else set()
        )
        votes_acknowledged += len(round_script.votes)
        votes_lost += len(round_script.votes - stored_votes) + (stored_round.miscounted_votes if stored_round else 0)
        locked = stored_round and stored_round.round.state is RoundState.LOCKED and stored_round.has_face
        locks_lost += bool(round_script.is_lock_acknowledged and not locked)
    return LossReport(votes_acknowledged=votes_acknowledged, votes_lost=votes_lost, locks_lost=locks_lost)


def check_payments(calls: Iterable[Json], rounds: Iterable[Round]) -> LossReport:
    """Compare payments by round and model; each round has a unique prompt, whose hash is in the usage log."""
    charged = Counter((str(call["prompt_sha256"]), str(call["model"])) for call in calls)
    recorded: Counter[tuple[str, str]] = Counter()
    for round_ in rounds:
        for slot in round_.slots:
            prompt_sha256 = sha256((slot.prompt or round_.prompt).encode()).hexdigest()
            recorded[prompt_sha256, slot.model.partition(":")[2]] += bool(slot.cost)
    return LossReport(paid_twice=(charged - recorded).total(), unneeded_reservations=(recorded - charged).total())


async def _count_duplicates(chaos_harness: ChaosHarness) -> LossReport:
    """Count duplicate round messages, answers to the recast question, and pictures in threads."""
    rounds: Counter[str] = Counter()
    answers: Counter[str] = Counter()
    pictures: Counter[tuple[str, str]] = Counter()
    for channel in CHANNELS:
        state = await chaos_harness.control_client.get("state", channel=channel, limit=_MAX_MESSAGES)
        for message in state["messages"].get(channel, []):
            if round_ := round_id_of(message):
                rounds[round_] += 1
            elif message.get("bot_id"):
                answers[names_in(text_of(message))[0]] += 1
        for ts, thread in state["threads"].get(channel, {}).items():
            pictures.update((ts, str(file["name"])) for reply in thread for file in reply.get("files", ()))
    duplicates = [counted.total() - len(counted) for counted in (rounds, pictures, answers)]
    return LossReport(
        rounds_posted_twice=duplicates[0], pictures_posted_twice=duplicates[1], answers_posted_twice=duplicates[2]
    )


async def _load_rounds(chaos_harness: ChaosHarness) -> list[_StoredRound]:
    """Load every stored round."""
    storage = await open_storage(chaos_harness.settings())
    try:
        ids = [row.id for row in await storage.database.fetch_all(select(rounds_table.c.id))]
        rounds, roster = storage.rounds, storage.roster
        return [
            _StoredRound(await rounds.get(i), await storage.ballots.list_vote_inputs(i), bool(await roster.get_face(i)))
            for i in ids
        ]
    finally:
        await storage.close()


def _billed_usd(calls: Iterable[Json]) -> Decimal:
    return sum((Decimal(str(call["price_usd"])) for call in calls), Decimal(0))


def _recorded_usd(rounds: Iterable[Round]) -> Decimal:
    return sum((slot.cost for round_ in rounds for slot in round_.slots if slot.cost), Decimal(0))
