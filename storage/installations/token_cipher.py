"""Encryption of tokens at rest: Fernet with several keys, of which the newest encrypts."""

from collections.abc import Sequence
from hashlib import blake2b

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from bot.ports.installations import UnreadableToken


class TokenCipher:
    """Encrypts tokens for the row they belong to; a token that was copied to another row is unreadable.

    `keys` are Fernet keys, newest first. A key's id is a hash of it, which tells nothing about the key.
    """

    def __init__(self, keys: Sequence[str]) -> None:
        self.key_ids = tuple(key_id(key) for key in keys)
        self._fernet = MultiFernet([Fernet(key) for key in keys])

    @property
    def newest(self) -> str:
        """The id of the key that encrypts."""
        return self.key_ids[0]

    def encrypt(self, row_id: str, token: str) -> str:
        return self._fernet.encrypt(f"{row_id}:{token}".encode()).decode()

    def decrypt(self, row_id: str, encrypted: str, key: str) -> str:
        """Raises UnreadableToken, which names `key`, the id of the key that encrypted it."""
        try:
            owner, _, token = self._fernet.decrypt(encrypted.encode()).decode().partition(":")
        except InvalidToken as error:
            raise UnreadableToken(row_id, key) from error
        if owner != row_id:
            raise UnreadableToken(row_id, key)
        return token


def key_id(key: str) -> str:
    return blake2b(key.encode(), digest_size=4).hexdigest()
