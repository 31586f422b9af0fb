"""How many days data is kept after its round has ended. A production may keep less than Castroom allows, never more."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.domain.production import ProductionSettings

# Fields of the settings form, and of `Retention` without the prefix.
KEEP_PREFIX = "keep_"
KEEP_FIELDS = ("keep_portraits", "keep_photos", "keep_voters", "keep_audit")
# Audit actions of what the nightly job deleted; the detail is a count.
EXPIRED_PORTRAITS, EXPIRED_PHOTO, EXPIRED_VOTERS, EXPIRED_AUDIT = (
    "expired_portraits",
    "expired_photo",
    "expired_voters",
    "expired_audit",
)


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

    def shortened_by(self, settings: "ProductionSettings") -> "Retention":
        """Return the retention of a production."""
        own = {name.removeprefix(KEEP_PREFIX): getattr(settings, name) for name in KEEP_FIELDS}
        return replace(self, **{kind: min(days, getattr(self, kind)) for kind, days in own.items() if days is not None})
