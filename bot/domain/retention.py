"""How many days data is kept after its round has ended.

A production's days come first, then those of its workspace, then Castroom's; nobody may keep more than Castroom allows.
"""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.domain.production import ProductionSettings

# Fields of the settings form, and of `Retention` without the prefix.
KEEP_PREFIX = "keep_"
KEEP_FIELDS = ("keep_portraits", "keep_photos", "keep_voters", "keep_audit")
# Fields of the settings form for administrators, and of `WorkspaceRetention` without both prefixes.
WORKSPACE_PREFIX = "workspace_"
WORKSPACE_FIELDS = tuple(f"{WORKSPACE_PREFIX}{field}" for field in KEEP_FIELDS)
# Audit actions of what the nightly job deleted; the detail is a count.
EXPIRED_PORTRAITS, EXPIRED_PHOTO, EXPIRED_VOTERS, EXPIRED_AUDIT = (
    "expired_portraits",
    "expired_photo",
    "expired_voters",
    "expired_audit",
)


@dataclass(frozen=True)
class WorkspaceRetention:
    """Days by kind that a workspace keeps data where a production says nothing; None for Castroom's."""

    portraits: int | None = None
    photos: int | None = None
    voters: int | None = None
    audit: int | None = None

    @property
    def digest(self) -> str:
        """Return the values as one word, for forms that were opened before somebody else changed them."""
        return "-".join(str(days or 0) for days in (self.portraits, self.photos, self.voters, self.audit))


@dataclass(frozen=True)
class Retention:
    """Days by kind: portraits that were not locked, attached photos, who voted for what, entries of the audit log.

    `jobs` are days that rows of finished jobs are kept; they belong to no production.
    """

    portraits: int = 365
    photos: int = 30
    voters: int = 365
    audit: int = 730
    jobs: int = 30

    def in_production(self, settings: "ProductionSettings", workspace: WorkspaceRetention) -> "Retention":
        """Return the retention of a production of this workspace."""
        own = {name.removeprefix(KEEP_PREFIX): getattr(settings, name) for name in KEEP_FIELDS}
        chosen = {kind: days or getattr(workspace, kind) for kind, days in own.items()}
        return replace(self, **{kind: min(days, getattr(self, kind)) for kind, days in chosen.items() if days})
