"""Ids in Slack's format: a letter, then capitals and digits."""

import secrets
import string

_ALPHABET = string.ascii_uppercase + string.digits


def new_id(prefix: str) -> str:
    """Return an id such as `F0K3N9A7Q2Z`; 36^9 random values, so none repeats after a restart."""
    return prefix + "0" + "".join(secrets.choice(_ALPHABET) for _ in range(9))


def short_id() -> str:
    """Return a five-character id, as Slack gives to a block or element without one."""
    return "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(5))
