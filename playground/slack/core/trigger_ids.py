"""Trigger ids: valid for three seconds and one use."""

import secrets
import time
from dataclasses import dataclass

from playground.slack.core.errors import SlackError


@dataclass(slots=True)
class _Trigger:
    person: str
    team: str
    expires_at: float
    is_used: bool = False


class TriggerIds:
    """Issued with every command and interaction, redeemed by `views.open` and `views.push`."""

    def __init__(self) -> None:
        self._triggers: dict[str, _Trigger] = {}

    def issue(self, person: str, team: str, seconds: float) -> str:
        now = time.time()
        self._triggers = {trigger_id: old for trigger_id, old in self._triggers.items() if old.expires_at > now - 60}
        trigger_id = f"{time.time_ns() // 1000}.{secrets.randbelow(10**12):012d}.{secrets.token_hex(16)}"
        self._triggers[trigger_id] = _Trigger(person, team, now + seconds)
        return trigger_id

    def redeem(self, trigger_id: str, team: str) -> str:
        """Return the person of a trigger; raises SlackError if it is unknown in the workspace, used or expired."""
        trigger = self._triggers.get(trigger_id)
        if trigger is None or trigger.team != team:
            raise SlackError("invalid_trigger_id")
        if trigger.is_used:
            raise SlackError("exchanged_trigger_id")
        if trigger.expires_at < time.time():
            raise SlackError("expired_trigger_id")
        trigger.is_used = True
        return trigger.person
