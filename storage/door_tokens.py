"""The port `DoorTokens`: access tokens, found by the hash of their text."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, func, insert, literal_column, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.audit import AuditEvent
from bot.domain.budget import BudgetPeriod, budget_day
from bot.domain.door_token import LIVE_LIMIT, DoorToken, Scope
from bot.domain.errors import BriefError, DoorRefused, OverBudget
from bot.domain.ids import ChannelRef
from bot.domain.round import Round
from storage.audit_log import add_audit_event
from storage.db.columns import Dollars
from storage.db.engine import Database
from storage.db.repository import SqlRepository
from storage.db.rows import is_at, to_row, with_place
from storage.db.tables import door_tokens, rounds, slots
from storage.db.write_batch import WriteBatcher
from storage.productions.lookup import get_or_create_production_id

_COLUMNS = [column for column in door_tokens.c if column is not door_tokens.c.secret_hash]


class SqlDoorTokens(SqlRepository):
    """Access tokens in a database."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._write_batcher = WriteBatcher(database)

    async def drain(self) -> None:
        """Wait until every use is written."""
        await self._write_batcher.drain()

    async def add(self, token: DoorToken, secret_hash: str, audit_event: AuditEvent) -> DoorToken:
        async with self._database.transaction() as connection:
            production_id = await get_or_create_production_id(connection, token.place)
            live = await connection.scalar(_count_live(token.created_at).where(is_at(door_tokens, token.place)))
            if (live or 0) >= LIVE_LIMIT:
                raise BriefError("name", "too_many", str(live), limit=LIVE_LIMIT)
            stored = replace(token, production_id=production_id)
            row = to_row(stored) | {"scopes": " ".join(sorted(token.scopes)), "secret_hash": secret_hash}
            await connection.execute(insert(door_tokens).values(row))
            await add_audit_event(connection, audit_event)
            return stored

    async def find(self, secret_hash: str) -> DoorToken | None:
        return next(iter(await self._list(door_tokens.c.secret_hash == secret_hash)), None)

    async def get(self, token_id: str) -> DoorToken | None:
        return next(iter(await self._list(door_tokens.c.id == token_id)), None)

    async def list_for_channel(self, place: ChannelRef) -> Sequence[DoorToken]:
        return await self._list(is_at(door_tokens, place))

    async def count_live(self, at: datetime) -> int:
        return await self._database.fetch_value(_count_live(at)) or 0

    async def revoke(self, token_id: str, person: str, at: datetime, audit_event: AuditEvent) -> bool:
        async with self._database.transaction() as connection:
            is_unrevoked = (door_tokens.c.id == token_id) & door_tokens.c.revoked_at.is_(None)
            statement = update(door_tokens).where(is_unrevoked).values(revoked_at=at, revoked_by=person)
            if (await connection.execute(statement)).rowcount == 0:
                return False
            await add_audit_event(connection, audit_event)
            return True

    async def record_use(self, token_id: str, at: datetime, audit_event: AuditEvent) -> None:
        async def write(connection: AsyncConnection) -> None:
            await connection.execute(update(door_tokens).where(door_tokens.c.id == token_id).values(last_used_at=at))
            await add_audit_event(connection, audit_event)

        # Calls that come at the same time wait for the disk together.
        await self._write_batcher.run(write)

    async def _list(self, condition: ColumnElement[bool]) -> list[DoorToken]:
        query = select(*_COLUMNS).where(condition).order_by(door_tokens.c.created_at.desc(), door_tokens.c.id)
        return [_token_from_row(row._asdict()) for row in await self._database.fetch_all(query)]


def _count_live(at: datetime) -> Select[int]:
    is_live = door_tokens.c.revoked_at.is_(None) & (door_tokens.c.expires_at > at)
    return select(func.count()).select_from(door_tokens).where(is_live)


async def require_within_month_cap(connection: AsyncConnection, new: Round) -> None:
    """Raise OverBudget if the rounds of the token in this month and `new` may cost more than its cap.

    The sum is read from the slots: what a charge was once it is known, its reservation before. Portraits that people
    add to such a round in Slack are theirs. The row of the token is locked, so that two rounds cannot both take the
    last dollars. Raises DoorRefused if the token was revoked meanwhile.
    """
    is_token = door_tokens.c.id == new.door_token
    query = select(door_tokens.c.month_cap, door_tokens.c.revoked_at).where(is_token).with_for_update()
    token = (await connection.execute(query)).one_or_none()
    if token is None or token.revoked_at:
        raise DoorRefused("revoked")
    period = BudgetPeriod(new.place.team, "token_month", new.door_token, budget_day(new.opened_at).replace(day=1))
    spent = await _committed_in(connection, period)
    if spent + new.price > token.month_cap:
        remaining = max(token.month_cap - spent, Decimal(0))
        raise OverBudget("token_month", new.price, token.month_cap, remaining, period.resets_at)


async def _committed_in(connection: AsyncConnection, period: BudgetPeriod) -> Decimal:
    is_first = slots.c.rerolls_slot_id.is_(None) & slots.c.variation_of_slot_id.is_(None)
    is_of_token = (rounds.c.door_token == period.owner) & (rounds.c.door_token != literal_column("''"))
    start = datetime.combine(period.starts_on, datetime.min.time(), UTC)
    total = func.sum(func.coalesce(slots.c.cost, slots.c.price), type_=Dollars)
    query = select(total).join_from(slots, rounds).where(is_of_token, rounds.c.opened_at >= start, is_first)
    return await connection.scalar(query) or Decimal(0)


def _token_from_row(row: dict[str, Any]) -> DoorToken:
    scopes = frozenset(Scope(scope) for scope in row.pop("scopes").split())
    return DoorToken(**with_place(row), scopes=scopes)
