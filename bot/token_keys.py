"""The setting TOKEN_KEYS: keys that encrypt tokens in the database, as the cryptography library's Fernet takes them."""

from base64 import urlsafe_b64decode

from pydantic import SecretStr

_KEY_BYTES, _KEY_CHARACTERS = 32, 44


def split_secret(secret: SecretStr | None) -> list[str]:
    """Return the parts of a secret that commas separate."""
    parts = secret.get_secret_value().split(",") if secret else []
    return [part.strip() for part in parts if part.strip()]


def check_keys(keys: SecretStr | None) -> None:
    """Raise ValueError for a key that is not 32 bytes in URL-safe base64; the text names its place, not the key."""
    for number, key in enumerate(split_secret(keys), start=1):
        if not _is_key(key):
            raise ValueError(
                f"key {number} is not 32 bytes in URL-safe base64; `python -m bot keys new` prints a new key"
            )


def _is_key(key: str) -> bool:
    try:
        return len(urlsafe_b64decode(key)) == _KEY_BYTES and len(key) == _KEY_CHARACTERS
    except ValueError:
        return False
