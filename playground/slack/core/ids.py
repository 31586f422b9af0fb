"""Names that Slack would give: letter first, then capitals and digits."""

import secrets
import string

_ALPHABET = string.ascii_uppercase + string.digits


def new_id(prefix: str) -> str:
    """Such as `F0K3N9A7Q2Z`; 36^9 possibilities, drawn anew each time, so none comes back after a restart."""
    return prefix + "0" + "".join(secrets.choice(_ALPHABET) for _ in range(9))


def short_id() -> str:
    """The five characters Slack gives to a block or element that came without a name."""
    return "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(5))
