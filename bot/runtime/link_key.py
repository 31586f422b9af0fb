"""The key that signs links to pictures: a setting, or a file in DATA_DIR that the first start makes."""

import os
import secrets
from pathlib import Path

from pydantic import SecretStr

FILE_NAME = "doors-link-key"
_KEY_BYTES = 32


class LinkKeyUnreadable(Exception):
    """The file with the key cannot be read or made; the text names it."""


def read_link_key(data_dir: Path, configured: SecretStr | None) -> bytes:
    """Return the key; without a setting, that of the file, which only the owner may read. Raises LinkKeyUnreadable."""
    if configured:
        return configured.get_secret_value().encode()
    path = data_dir / FILE_NAME
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            _write_private(path, secrets.token_hex(_KEY_BYTES))
        key = path.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise LinkKeyUnreadable(f"{path} with the key of the doors' links cannot be used: {error}.") from error
    if len(key) < _KEY_BYTES:
        raise LinkKeyUnreadable(f"{path} holds no key. Delete it, and the next start makes another one.")
    return key.encode()


def _write_private(path: Path, text: str) -> None:
    """Write a file for its owner only, whole or not at all."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text + "\n")
    draft.replace(path)
