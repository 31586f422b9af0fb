"""Encryption of tokens at rest: Fernet with several keys, of which the newest encrypts."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from hashlib import blake2b
from typing import TYPE_CHECKING

from bot.ports.installations import UnreadableToken

if TYPE_CHECKING:
    from cryptography.fernet import MultiFernet


class TokenCipher:
    """Encrypts tokens for the row they belong to; a token that was copied to another row is unreadable.

    `keys` are Fernet keys, newest first. A key's id is a hash of it, which tells nothing about the key.
    """

    def __init__(self, keys: Sequence[str]) -> None:
        self.key_ids = tuple(key_id(key) for key in keys)
        self._keys = tuple(keys)

    @cached_property
    def _fernet(self) -> "MultiFernet":
        """Imported with the first token: a bot without one does without the library."""
        from cryptography.fernet import Fernet, MultiFernet

        return MultiFernet([Fernet(key) for key in self._keys])

    @property
    def newest(self) -> str:
        """The id of the key that encrypts."""
        return self.key_ids[0]

    def encrypt_all(self, row_id: str, texts: Mapping[str, str]) -> dict[str, str]:
        """Return the row's columns: each text encrypted, an empty one as it is, and the id of the key."""
        encrypted = {name: self.encrypt(row_id, text) if text else "" for name, text in texts.items()}
        return encrypted | {"key_id": self.newest}

    def encrypt(self, row_id: str, token: str) -> str:
        return self._fernet.encrypt(f"{row_id}:{token}".encode()).decode()

    def decrypt(self, row_id: str, encrypted: str, key: str) -> str:
        """Raises UnreadableToken, which names `key`, the id of the key that encrypted it; an empty text is as it is."""
        if not encrypted:
            return ""
        from cryptography.fernet import InvalidToken

        try:
            owner, _, token = self._fernet.decrypt(encrypted.encode()).decode().partition(":")
        except InvalidToken as error:
            raise UnreadableToken(row_id, key) from error
        if owner != row_id:
            raise UnreadableToken(row_id, key)
        return token


def key_id(key: str) -> str:
    return blake2b(key.encode(), digest_size=4).hexdigest()
