"""Trigger ids: three seconds, one use."""

import secrets
import time
from dataclasses import dataclass

from playground.slack.errors import SlackError


@dataclass(slots=True)
class _Trigger:
    person: str
    team: str
    until: float
    used: bool = False


class Triggers:
    """Given out with every command and interaction, taken by `views.open` and `views.push`."""

    def __init__(self) -> None:
        self._triggers: dict[str, _Trigger] = {}

    def give(self, person: str, team: str, seconds: float) -> str:
        now = time.time()
        self._triggers = {name: old for name, old in self._triggers.items() if old.until > now - 60}
        name = f"{time.time_ns() // 1000}.{secrets.randbelow(10**12):012d}.{secrets.token_hex(16)}"
        self._triggers[name] = _Trigger(person, team, now + seconds)
        return name

    def take(self, name: str, team: str) -> str:
        """Whose trigger it is; raises SlackError when it is unknown in the workspace, used or late."""
        trigger = self._triggers.get(name)
        if trigger is None or trigger.team != team:
            raise SlackError("invalid_trigger_id")
        if trigger.used:
            raise SlackError("exchanged_trigger_id")
        if trigger.until < time.time():
            raise SlackError("expired_trigger_id")
        trigger.used = True
        return trigger.person
