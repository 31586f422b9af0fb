"""The port `Rounds`: every method is one transaction; the statements live in the files beside this one."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Table, update

from bot.ballot import Leg, Mark, Paper, RunOff, Tally
from bot.brief import Brief
from bot.budget import Caps, Charge
from bot.face import Face, Place, Release
from bot.ports import Landing, Opened, Wanted
from bot.round import Round, State
from bot.slot import Miss, Slot
from storage import ballots, opening, outcome, papers, reading, reminders, uploads, wishes
from storage import slots as drawn
from storage.database import Database
from storage.tables import rounds, slots
from storage.together import Together


class SqlRounds:
    """Rounds with their slots and marks in a database; `now` dates re-rolls, charges and reminders."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now
        self._votes = Together(database)

    async def open(self, new: Round, caps: Caps, *, recast: bool, release: Release | None = None) -> Opened:
        async with self._database.change() as connection:
            return await opening.open_round(connection, new, caps, recast, release)

    async def get(self, round_id: str) -> Round:
        async with self._database.read() as connection:
            return await reading.round_by_id(connection, round_id)

    async def of_character(self, character_id: str) -> Sequence[Round]:
        async with self._database.read() as connection:
            return await reading.rounds_of(connection, character_id)

    async def by_message(self, place: Place, message_ts: str) -> Round | None:
        async with self._database.read() as connection:
            return await reading.round_by_message(connection, place, message_ts)

    async def by_slot(self, slot_id: str) -> Round:
        async with self._database.read() as connection:
            return await reading.round_by_slot(connection, slot_id)

    # Where a round is shown.

    async def set_message(self, round_id: str, message_ts: str) -> None:
        await self._set(rounds, round_id, message_ts=message_ts)

    async def set_sheet(self, round_id: str, file_id: str, shows: int) -> None:
        await self._set(rounds, round_id, sheet_file=file_id, sheet_shows=shows, sheet_refused="")

    async def refuse_sheet(self, round_id: str, why: str) -> bool:
        async with self._database.change() as connection:
            return await ballots.refuse_sheet(connection, round_id, why)

    async def set_record(self, round_id: str, file_id: str) -> None:
        await self._set(rounds, round_id, record_file=file_id)

    async def set_files(self, files: Mapping[str, str]) -> None:
        await self._set_each(slots.c.file_id, files)

    async def set_originals(self, files: Mapping[str, str]) -> None:
        await self._set_each(slots.c.original_file, files)

    async def uploaded(self, key: str) -> Sequence[str]:
        async with self._database.read() as connection:
            return await uploads.find(connection, key)

    async def note_upload(self, key: str, files: Sequence[str]) -> None:
        async with self._database.change() as connection:
            await uploads.note(connection, key, files)

    # The audition.

    async def intend(self, slot_id: str, at: datetime) -> bool:
        async with self._database.change() as connection:
            return await drawn.intend(connection, slot_id, at)

    async def keep_ticket(self, slot_id: str, ticket: str) -> None:
        await self._set(slots, slot_id, ticket=ticket)

    async def pause(self, slot_id: str, until: datetime | None) -> None:
        async with self._database.change() as connection:
            await drawn.pause(connection, slot_id, until)

    async def land(self, landing: Landing, number_if: frozenset[State]) -> Slot:
        async with self._database.change() as connection:
            return await drawn.land(connection, landing, number_if, self._now())

    async def miss(self, slot_id: str, miss: Miss, charge: Charge | None, seconds: float | None) -> Slot:
        async with self._database.change() as connection:
            return await drawn.miss(connection, slot_id, miss, charge, seconds, self._now())

    async def add_slot(self, slot: Slot, caps: Caps) -> Slot:
        async with self._database.change() as connection:
            return await drawn.add(connection, slot, caps, self._now())

    # The ballot.

    async def open_ballot(self, round_id: str, numbers: Mapping[str, int], closes_at: datetime) -> bool:
        async with self._database.change() as connection:
            return await ballots.open_ballot(connection, round_id, numbers, closes_at, self._now())

    async def mark(self, mark: Mark) -> bool:
        return await self._votes.change(lambda connection: ballots.mark(connection, mark))

    async def toggle(self, round_id: str, slot_id: str, person: str, stamp: int) -> bool | None:
        return await self._votes.change(lambda connection: ballots.toggle(connection, round_id, slot_id, person, stamp))

    async def marks(self, round_id: str) -> Sequence[Mark]:
        async with self._database.read() as connection:
            return await reading.marks_of(connection, round_id)

    async def put_in(self, paper: Paper) -> bool:
        return await self._votes.change(lambda connection: papers.put_in(connection, paper))

    async def papers(self, round_id: str) -> Sequence[Paper]:
        async with self._database.read() as connection:
            return await papers.papers_of(connection, round_id)

    async def close(self, round_id: str, tally: Tally, version: int) -> bool:
        async with self._database.change() as connection:
            return await ballots.close(connection, round_id, tally, version)

    async def extend(self, round_id: str, closes_at: datetime, seen: datetime | None = None) -> bool:
        async with self._database.change() as connection:
            return await ballots.extend(connection, round_id, closes_at, seen, self._now())

    async def run_off(self, round_id: str, run_off: RunOff, closes_at: datetime) -> bool:
        async with self._database.change() as connection:
            return await ballots.run_off(connection, round_id, run_off, closes_at, self._now())

    # The end.

    async def take_over(self, round_id: str, before: str, person: str) -> bool:
        async with self._database.change() as connection:
            return await outcome.take_over(connection, round_id, before, person)

    async def void(self, round_id: str, why: str) -> bool:
        async with self._database.change() as connection:
            return await outcome.void(connection, round_id, why)

    async def lock(self, round_id: str, face: Face) -> bool:
        async with self._database.change() as connection:
            return await outcome.lock(connection, round_id, face)

    async def finish(self) -> None:
        """Wait for votes that are being kept although nobody waits for them any more."""
        await self._votes.finish()

    # What waits for somebody.

    async def due(self, now: datetime) -> Sequence[str]:
        async with self._database.read() as connection:
            return await reading.due(connection, now)

    async def remindable(self, now: datetime) -> Sequence[str]:
        async with self._database.change() as connection:
            return await ballots.take_reminders(connection, now)

    async def remind_again(self, round_id: str, at: datetime) -> None:
        async with self._database.change() as connection:
            await ballots.remind_again(connection, round_id, at)

    async def awaiting(self, now: datetime) -> Sequence[Round]:
        async with self._database.read() as connection:
            return await reading.awaiting(connection, now)

    async def reminded(self, round_id: str, leg: Leg) -> frozenset[str]:
        async with self._database.read() as connection:
            return await reminders.reminded(connection, round_id, leg)

    async def take_reminder(self, round_id: str, person: str, leg: Leg, at: datetime) -> bool:
        async with self._database.change() as connection:
            return await reminders.take(connection, round_id, person, leg, at)

    async def give_back_reminder(self, round_id: str, person: str, leg: Leg) -> None:
        async with self._database.change() as connection:
            await reminders.give_back(connection, round_id, person, leg)

    async def moving(self) -> Sequence[Round]:
        async with self._database.read() as connection:
            return await reading.moving(connection)

    async def unshown(self, now: datetime) -> Sequence[str]:
        async with self._database.read() as connection:
            return await reading.unshown(connection, now)

    async def on_show(self, now: datetime) -> Sequence[str]:
        async with self._database.read() as connection:
            return await reading.on_show(connection, now)

    async def waiting_for(self, person: str, team: str) -> Sequence[Round]:
        async with self._database.read() as connection:
            return await reading.waiting_for(connection, person, team)

    async def keep_wish(self, wish: Wanted) -> None:
        async with self._database.change() as connection:
            await wishes.keep(connection, wish)

    async def revise_wish(self, wish_id: str, brief: Brief, stamp: int | None) -> bool:
        async with self._database.change() as connection:
            return await wishes.revise(connection, wish_id, brief, stamp)

    async def wish(self, wish_id: str) -> Wanted | None:
        async with self._database.read() as connection:
            return await wishes.find(connection, wish_id)

    async def _set_each(self, column: Column[str], files: Mapping[str, str]) -> None:
        async with self._database.change() as connection:
            for slot_id, file_id in files.items():
                await connection.execute(update(slots).where(slots.c.id == slot_id).values({column: file_id}))

    async def _set(self, table: Table, row_id: str, **values: Any) -> None:
        async with self._database.change() as connection:
            await connection.execute(update(table).where(table.c.id == row_id).values(**values))
