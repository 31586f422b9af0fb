"""What the core asks of the rooms around it, as protocols: accounts, storage, Slack, the engine."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from bot.ports.accounts import (
    Accounts,
    Answer,
    Ask,
    Health,
    ImageModel,
    Line,
    QueuedModel,
    Turn,
    Upscaler,
)
from bot.ports.keeping import Chronicle, Inventory, Named, Notices, Portraits, Productions
from bot.ports.money import Begun, Finishes, Ledger
from bot.ports.roster import Called, Page, Roster, Search, Shelf
from bot.ports.rounds import Landing, Opened, Rounds, Wanted
from bot.ports.showing import (
    Messenger,
    People,
    Picture,
    Reader,
    Stage,
    Visibility,
)

__all__ = [
    "Accounts",
    "Answer",
    "Ask",
    "Begun",
    "Called",
    "Chronicle",
    "Clock",
    "Errands",
    "Finishes",
    "Health",
    "ImageModel",
    "Inventory",
    "Kept",
    "Landing",
    "Ledger",
    "Line",
    "Messenger",
    "Named",
    "Notices",
    "Opened",
    "Page",
    "People",
    "Picture",
    "Portraits",
    "Productions",
    "QueuedModel",
    "Reader",
    "Roster",
    "Rounds",
    "Search",
    "Shelf",
    "Stage",
    "Turn",
    "Upscaler",
    "Visibility",
    "Wanted",
]

Clock = Callable[[], datetime]


class Kept(Protocol):
    """All that is remembered, as storage opens it."""

    @property
    def rounds(self) -> Rounds: ...

    @property
    def roster(self) -> Roster: ...

    @property
    def finishes(self) -> Finishes: ...

    @property
    def ledger(self) -> Ledger: ...

    @property
    def notices(self) -> Notices: ...

    @property
    def productions(self) -> Productions: ...

    @property
    def chronicle(self) -> Chronicle: ...

    @property
    def portraits(self) -> Portraits: ...

    @property
    def inventory(self) -> Inventory: ...


class Errands(Protocol):
    """Durable work by kind (round, slot, close, again, finish) and id; starting what already runs does nothing."""

    async def start(self, kind: str, key: str) -> None: ...
