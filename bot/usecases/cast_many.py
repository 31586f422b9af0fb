"""`/cast many`: checks a pasted list with its prices, then starts its rounds one after another under the caps.

The list is a row: a restart continues it. A line's round has an id from list and position, so it starts once.
"""

from dataclasses import dataclass, replace
from decimal import Decimal

import structlog

from bot.domain.budget import estimate
from bot.domain.cast_many import LineState, ManyLine, ManyList, ManyState, StopReason, TypedCharacter, parse_list
from bot.domain.errors import AlreadyCast, AlreadyCasting, BriefError, CastingError, NotLead, UnacknowledgedOverspend
from bot.domain.ids import ChannelRef, stable_id
from bot.domain.round_state import RoundState
from bot.domain.service_errors import SlackUnavailable, StorageUnavailable
from bot.usecases.start_round import StartingUseCase

log = structlog.get_logger()


@dataclass(frozen=True)
class CheckedList:
    """A list with the price in dollars of each line that can start; `draft` holds those lines."""

    draft: ManyList
    lines: tuple[tuple[TypedCharacter, Decimal | None], ...]


@dataclass(frozen=True, slots=True)
class CastMany(StartingUseCase):
    """Checks, starts and continues lists."""

    async def check(self, text: str, place: ChannelRef, person: str, key: str) -> CheckedList:
        """Return every line with its price or its error, and save the lines that can start; nothing is started.

        The same `key` and text save one draft. Raises BriefError for the whole list, PermissionDenied.
        """
        await self.permissions.require_start(place, person)
        checked = [await self._check_line(line, place) for line in parse_list(text, self.ports.shortest_voting)]
        lines = tuple(ManyLine(line.brief, price) for line, price in checked if line.brief and price is not None)
        draft = ManyList(stable_id("m", place.team, f"{key}:{text}"), place, person, lines)
        if lines:
            await self.storage.cast_many.save(draft, self.ports.now())
        return CheckedList(draft, tuple(checked))

    async def confirm(self, list_id: str, person: str) -> ManyList:
        """Begin to start the lines of a draft; a repeated call changes nothing. Raises KeyError, NotLead."""
        return await self._run(list_id, person, ManyState.DRAFT)

    async def resume(self, list_id: str, person: str) -> ManyList:
        """Continue a stopped list; a repeated call changes nothing. Raises KeyError, NotLead."""
        return await self._run(list_id, person, ManyState.STOPPED)

    async def drop_rest(self, list_id: str, person: str) -> ManyList:
        """End a list; the rounds that it started stay. Raises KeyError, NotLead."""
        many = await self._get_own(list_id, person)
        if many.state in (ManyState.RUNNING, ManyState.STOPPED):
            lines = tuple(
                replace(line, state=LineState.FAILED, problem="dropped") if line.state is LineState.WAITING else line
                for line in many.lines
            )
            await self.storage.cast_many.update(replace(many, lines=lines, state=ManyState.DONE, stop=None))
        return many

    async def advance_due(self) -> None:
        """Start the next line of each list whose newest round no longer draws, and show progress."""
        for many in await self.storage.cast_many.list_due():
            try:
                await self._advance(many)
            except (StorageUnavailable, SlackUnavailable) as error:
                log.warning("cast_list_waits", list=many.id, why=type(error).__name__)

    async def _advance(self, many: ManyList) -> None:
        if many.state is ManyState.RUNNING and not await self._is_drawing(many.newest_round_id):
            changed = await self._start_next(many)
            if not await self.storage.cast_many.update(changed):
                return
            many = replace(changed, version=many.version + 1)
        if many.shown_version != many.version:
            message_ts = await self.ports.publisher.show_cast_many(many)
            await self.storage.cast_many.set_shown(many.id, message_ts, many.version)

    async def _start_next(self, many: ManyList) -> ManyList:
        """Start the next line; return the list as it is then."""
        position = many.next_position
        if position is None:
            return replace(many, state=ManyState.DONE)
        line = many.lines[position]
        try:
            started = await self.start_round.start(line.brief, many.place, many.person, f"{many.id}:{position}")
        except (StorageUnavailable, SlackUnavailable):
            raise
        except UnacknowledgedOverspend:
            return replace(many, state=ManyState.STOPPED, stop=StopReason("overspend"))
        except CastingError as error:
            if stop := StopReason.from_error(error):
                return replace(many, state=ManyState.STOPPED, stop=stop)
            return many.with_line(position, replace(line, state=LineState.FAILED, problem=type(error).__name__))
        await self.start_round.enqueue(started.round.id)
        return many.with_line(position, replace(line, state=LineState.STARTED, round_id=started.round.id))

    async def _is_drawing(self, round_id: str) -> bool:
        return bool(round_id) and (await self.storage.rounds.get(round_id)).state is RoundState.DRAWING

    async def _run(self, list_id: str, person: str, expected: ManyState) -> ManyList:
        many = await self._get_own(list_id, person)
        if many.state is expected:
            await self.permissions.require_start(many.place, person)
            await self.storage.cast_many.update(replace(many, state=ManyState.RUNNING, stop=None))
        return many

    async def _get_own(self, list_id: str, person: str) -> ManyList:
        many = await self.storage.cast_many.get(list_id)
        if many.person != person:
            raise NotLead("cast_many", many.person)
        return many

    async def _check_line(self, line: TypedCharacter, place: ChannelRef) -> tuple[TypedCharacter, Decimal | None]:
        if line.brief is None:
            return line, None
        try:
            await self._require_free_name(line.brief.name, place)
            return line, (await self._price(line, place))
        except (StorageUnavailable, SlackUnavailable):
            raise
        except CastingError as error:
            return replace(line, brief=None, error=error), None

    async def _price(self, line: TypedCharacter, place: ChannelRef) -> Decimal:
        """Return the most that a line's round may cost; raises what its start would raise."""
        assert line.brief
        brief, caps = await self.quotes.apply_settings(line.brief, place)
        brief.require_reachable_quorum()
        found = self.quotes.route(brief, caps)
        if found.needs_confirmation:
            titles = tuple(model.title for model in found.reason.unavailable)
            raise BriefError("models", "unavailable_in_list", ", ".join(titles))
        price = estimate(found.models, brief.size, brief.reference_count)
        caps.check_round(price)
        return price

    async def _require_free_name(self, name: str, place: ChannelRef) -> None:
        """Raise AlreadyCasting or AlreadyCast for a character of the channel's production."""
        production_id = (await self.storage.productions.get(place)).id
        for character in await self.storage.roster.by_name(place.team, name):
            if not production_id or character.production_id != production_id:
                continue
            if character.open_round_id:
                raise AlreadyCasting(character.name, "")
            if character.face:
                raise AlreadyCast(character.name, "", Decimal(0))
