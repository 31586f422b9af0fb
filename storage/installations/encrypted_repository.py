"""What the repositories of tokens and of webhook secrets share: texts that TOKEN_KEYS encrypt."""

from collections import Counter
from typing import Any

import structlog
from sqlalchemy import RowMapping, Table, select, update

from bot.ports.installations import KeyRotation, UnreadableToken
from storage.db.engine import Database
from storage.db.repository import SqlRepository
from storage.installations.token_cipher import TokenCipher

log = structlog.get_logger()


class EncryptedRepository(SqlRepository):
    """Rows with encrypted texts, and the `key_id` of their key; without `cipher` none can be read or added."""

    _table: Table
    _encrypted_columns: tuple[str, ...]
    _unreadable_event: str

    def __init__(self, database: Database, cipher: TokenCipher | None) -> None:
        super().__init__(database)
        self._cipher = cipher

    async def reencrypt(self) -> KeyRotation:
        cipher, changed, unreadable = self._require_cipher(), 0, []
        for row_id in await self._database.fetch_column(select(self._table.c.id).order_by(self._table.c.id)):
            try:
                changed += await self._reencrypt_row(cipher, row_id)
            except UnreadableToken as error:
                log.error(self._unreadable_event, id=row_id, key=error.key_id)  # noqa: TRY400
                unreadable.append(row_id)
        key_ids = Counter(await self._database.fetch_column(select(self._table.c.key_id)))
        return KeyRotation(changed, key_ids, tuple(unreadable))

    async def _reencrypt_row(self, cipher: TokenCipher, row_id: str) -> bool:
        """Encrypt with the newest key unless that is so. The row is locked, so that other changes wait."""
        is_old = (self._table.c.id == row_id) & (self._table.c.key_id != cipher.newest)
        async with self._database.transaction() as connection:
            found = await connection.execute(select(self._table).where(is_old).with_for_update())
            if (row := found.mappings().one_or_none()) is None:
                return False
            values = cipher.encrypt_all(row_id, self._decrypt(cipher, row))
            await connection.execute(update(self._table).where(is_old).values(values))
            return True

    def _decrypt(self, cipher: TokenCipher, row: RowMapping) -> dict[str, Any]:
        return {name: cipher.decrypt(row["id"], row[name], row["key_id"]) for name in self._encrypted_columns}

    def _require_cipher(self) -> TokenCipher:
        if self._cipher is None:
            raise RuntimeError("nothing can be encrypted without TOKEN_KEYS")
        return self._cipher
