"""A character's history as events: who started, spent, voted, locked and unlocked, when, and why.

The events hide the sums of rounds with an open ballot and the voters of sealed ballots.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from bot.domain.audit import AuditEvent
from bot.domain.character_sheet import Sheet
from bot.domain.face import Character, Face
from bot.domain.ids import ChannelRef
from bot.domain.round import Round
from bot.domain.spend_report import RoundSpend
from bot.domain.timeline import RoundRecords, TimelineEvent, _from_audit_event, newest_first, round_timeline
from bot.ports.storage import StoragePorts
from bot.usecases.access import visible_channels
from bot.usecases.ports import UseCase
from bot.usecases.recall import Recall, RecallResult
from bot.usecases.vote import load_votes


@dataclass(frozen=True)
class CharacterHistory:
    """A character's events that a person may see, newest first, with the counts and dollars of those rounds.

    Without exactly one character in `recall_result` there are no events.
    """

    recall_result: RecallResult
    events: tuple[TimelineEvent, ...] = ()
    face_count: int = 0
    spent: Decimal = Decimal(0)
    round_count: int = 0
    upscale_count: int = 0

    @property
    def character(self) -> Character:
        return self.recall_result.characters[0]


@dataclass(frozen=True, slots=True)
class History(UseCase):
    """Builds histories."""

    recall: Recall

    async def get_by_name(self, name: str, person: str, place: ChannelRef) -> CharacterHistory:
        """Return the history of a character that is found by name as a recall finds it."""
        return await self._build(await self.recall.recall(name, person, place), person, place)

    async def get_by_id(self, character_id: str, person: str, place: ChannelRef) -> CharacterHistory:
        """Return the history of a character that was chosen from a suggestion or shown before."""
        return await self._build(await self.recall.recall_by_id(character_id, person, place), person, place)

    async def _build(self, recall_result: RecallResult, person: str, place: ChannelRef) -> CharacterHistory:
        if recall_result.kind not in ("face", "casting", "unlocked"):
            return CharacterHistory(recall_result)
        character_id = recall_result.characters[0].id
        rounds = await self.storage.rounds.list_for_character(character_id)
        faces = {face.round_id: face for face in recall_result.history}
        audit_events = await self.storage.audit_log.list_for_character(character_id)
        spends = await self.storage.ledger.list_round_spends(character_id)
        places = {r.place for r in rounds} | {audit_event.place for audit_event in audit_events}
        visible = await visible_channels(self.ports.channel_access, places, person, place)
        shown = [r for r in rounds if r.place in visible]
        events = [
            _from_audit_event(audit_event, faces)
            for audit_event in audit_events
            if audit_event.place in visible and not audit_event.round_id
        ]
        for round_ in shown:
            records = await load_records(self.storage, round_, faces.get(round_.id), audit_events, spends)
            events += round_timeline(records, self.ports.now())
        spent = sum((e.usd for e in events if e.kind == "spent" and e.usd), Decimal(0))
        face_count = sum(e.kind in ("locked", "decided") for e in events)
        upscale_count = sum(e.kind == "upscale_kept" for e in events)
        return CharacterHistory(
            recall_result, tuple(newest_first(events)), face_count, spent, len(shown), upscale_count
        )


async def load_records(
    storage: StoragePorts,
    round_: Round,
    face: Face | None,
    audit_events: Iterable[AuditEvent],
    spends: Iterable[RoundSpend],
) -> RoundRecords:
    """Return what is stored of a round; `audit_events` and `spends` are those of its character."""
    vote_inputs, submissions = await load_votes(storage, round_.id)
    return RoundRecords(
        round_,
        face,
        tuple(event for event in audit_events if event.round_id == round_.id),
        tuple(spend for spend in spends if spend.round_id == round_.id),
        vote_inputs,
        submissions,
        await storage.upscales.list_for_face(round_.id) if face else (),
        await storage.sheets.load(round_.id) if face else Sheet(),
    )
