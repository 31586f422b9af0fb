"""A production: the film or campaign that one or several channels cast for, and its settings."""

from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from hashlib import sha256

from bot.domain.brief import BallotMode, Brief
from bot.domain.catalogue import Look
from bot.domain.ids import ChannelRef


class AiTraining(StrEnum):
    """What the passports of a production say about training AI with a face, and about data mining."""

    NOT_ALLOWED = "not_allowed"
    ALLOWED = "allowed"
    NOT_STATED = "not_stated"


@dataclass(frozen=True)
class ProductionSettings:
    """Defaults for briefs, permissions, and the production's own caps in dollars.

    `style` is added to every prompt. For `may_start`, `may_spend` and `may_change_settings`, empty means everyone
    except guests and people of other organizations, who must be named. For `may_lock`, empty means the round's lead.
    The fields that begin with `keep` are days, None for Castroom's. `targets` are the pipeline targets that the
    production uses.
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
    learn_routing: bool = False
    ask_look_alikes: bool = True
    keep_portraits: int | None = None
    keep_photos: int | None = None
    keep_voters: int | None = None
    keep_audit: int | None = None
    targets: tuple[str, ...] = ()
    ai_training: AiTraining = AiTraining.NOT_ALLOWED

    def apply_defaults(self, brief: Brief) -> Brief:
        """Return `brief` with its unset fields filled in."""
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
        return replace(brief, style=self.style, **values)  # type: ignore[arg-type] # every value has its field's type


# Options with a default in the settings.
DEFAULTABLE = frozenset({"models", "look", "for", "ballot", "quorum"})
# Options whose field has another name.
_FIELD_BY_OPTION = {"for": "open_for"}


@dataclass(frozen=True)
class Production:
    """A stored production. `home` is the channel it began in; an empty `name` means that channel's name."""

    id: str
    home: ChannelRef
    channels: tuple[str, ...]
    name: str = ""
    settings: ProductionSettings = ProductionSettings()

    @property
    def digest(self) -> str:
        """A hash of home, name and settings, to detect concurrent changes.

        The id is not included: a production gets it with its first round, and that changes nothing.
        """
        return sha256(repr((self.home.channel, self.name, self.settings)).encode()).hexdigest()[:16]
