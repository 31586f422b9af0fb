"""The port `OAuthStates`: only hashes are stored, so that a copy of the database contains no state that works."""

import secrets
from datetime import timedelta
from hashlib import sha256

from sqlalchemy import delete, insert

from storage.db.installation_tables import oauth_states
from storage.db.repository import TimedRepository

STATE_LIFETIME = timedelta(minutes=10)


class SqlOAuthStates(TimedRepository):
    """States in a database, which all processes share: Slack may send the user back to another one."""

    async def issue(self) -> str:
        state = secrets.token_urlsafe(32)
        now = self._now()
        async with self._database.transaction() as connection:
            await connection.execute(delete(oauth_states).where(oauth_states.c.expires_at <= now))
            row = {"state_hash": _hash(state), "expires_at": now + STATE_LIFETIME}
            await connection.execute(insert(oauth_states).values(row))
        return state

    async def consume(self, state: str) -> bool:
        is_valid = (oauth_states.c.state_hash == _hash(state)) & (oauth_states.c.expires_at > self._now())
        return await self._database.change_one(delete(oauth_states).where(is_valid))


def _hash(state: str) -> str:
    return sha256(state.encode()).hexdigest()
