"""A production: the film or campaign that one or several channels cast for, and its customs."""

from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from hashlib import sha256

from bot.domain.brief import BallotMode, Brief
from bot.domain.catalogue import Look
from bot.domain.ids import ChannelRef


@dataclass(frozen=True)
class ProductionSettings:
    """What holds in a production where a brief says nothing else, who may do what, and its own caps in dollars.

    `style` are words added to every prompt. An empty list of people means everybody for `may_start`, `may_spend` and
    `may_change_settings` (who may change customs), though guests only where they are named; `may_lock`: the round's lead.
    """

    models: tuple[str, ...] = ()
    look: Look | None = None
    style: str = ""
    ballot: BallotMode = BallotMode.OPEN
    open_for: timedelta = timedelta(hours=24)
    quorum: int | None = None
    may_start: tuple[str, ...] = ()
    may_spend: tuple[str, ...] = ()
    may_lock: tuple[str, ...] = ()
    may_change_settings: tuple[str, ...] = ()
    per_round: Decimal | None = None
    per_month: Decimal | None = None

    def apply_defaults(self, brief: Brief) -> Brief:
        """`brief` with what it left open filled in."""
        defaults = {
            "models": self.models if "look" not in brief.explicit_fields else (),
            "look": self.look if "models" not in brief.explicit_fields else None,
            "for": self.open_for,
            "ballot": self.ballot,
            "quorum": self.quorum,
        }
        values = {
            _FIELD_BY_OPTION.get(name, name): value
            for name, value in defaults.items()
            if name not in brief.explicit_fields
        }
        return replace(brief, style=self.style, **values)  # type: ignore[arg-type] # each of its field's own type


# What customs fill in, by the names of its options.
DEFAULTABLE = frozenset({"models", "look", "for", "ballot", "quorum"})
# Where an option is called otherwise than its field.
_FIELD_BY_OPTION = {"for": "open_for"}


@dataclass(frozen=True)
class Production:
    """A production as it is kept. `home` is the channel it began in; empty `name`: it is called like that channel."""

    id: str
    home: ChannelRef
    channels: tuple[str, ...]
    name: str = ""
    settings: ProductionSettings = ProductionSettings()

    @property
    def digest(self) -> str:
        """Another one for every other name, customs or home: whoever saw this one saw what stands here now.

        Not of the id, which a production gets with its first round and which changes nothing.
        """
        return sha256(repr((self.home.channel, self.name, self.settings)).encode()).hexdigest()[:16]
