"""A production: the film or campaign that one or several channels cast for, and its customs."""

from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from hashlib import sha256

from bot.brief import Brief, Secrecy
from bot.catalogue import Look
from bot.face import Place


@dataclass(frozen=True)
class Customs:
    """What holds in a production where a brief says nothing else, who may do what, and its own caps in dollars.

    `style` are words added to every prompt. An empty list of people means everybody for `starters`, `spenders` and
    `keepers` (who may change customs), though guests only where they are named; `lockers`: the round's lead.
    """

    models: tuple[str, ...] = ()
    look: Look | None = None
    style: str = ""
    ballot: Secrecy = Secrecy.QUICK
    open_for: timedelta = timedelta(hours=24)
    quorum: int | None = None
    starters: tuple[str, ...] = ()
    spenders: tuple[str, ...] = ()
    lockers: tuple[str, ...] = ()
    keepers: tuple[str, ...] = ()
    per_round: Decimal | None = None
    per_month: Decimal | None = None

    def over(self, brief: Brief) -> Brief:
        """`brief` with what it left open filled in."""
        usual = {
            "models": self.models if "look" not in brief.given else (),
            "look": self.look if "models" not in brief.given else None,
            "for": self.open_for,
            "ballot": self.ballot,
            "quorum": self.quorum,
        }
        filled = {_FIELDS.get(name, name): value for name, value in usual.items() if name not in brief.given}
        return replace(brief, style=self.style, **filled)  # type: ignore[arg-type] # each of its field's own type


# What customs fill in, by the names of its options.
FILLED = frozenset({"models", "look", "for", "ballot", "quorum"})
# Where an option is called otherwise than its field.
_FIELDS = {"for": "open_for"}


@dataclass(frozen=True)
class Production:
    """A production as it is kept. `home` is the channel it began in; empty `name`: it is called like that channel."""

    id: str
    home: Place
    channels: tuple[str, ...]
    name: str = ""
    customs: Customs = Customs()

    @property
    def digest(self) -> str:
        """Another one for every other name, customs or home: whoever saw this one saw what stands here now.

        Not of the id, which a production gets with its first round and which changes nothing.
        """
        return sha256(repr((self.home.channel, self.name, self.customs)).encode()).hexdigest()[:16]
