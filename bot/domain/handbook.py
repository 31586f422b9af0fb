"""Sections of docs/operations.md, one for each refusal at the start and each kind of line of doctor."""

from enum import StrEnum

_PAGE = "docs/operations.md"


class Section(StrEnum):
    """The anchor of a section. A reason of StorageUnavailable has its own: `for_storage`."""

    SETTINGS = "settings-are-refused"
    FILE = "a-file-cannot-be-used"
    SLACK = "slack-is-not-configured-or-refuses-the-bot"
    INSTALLATIONS = "installations-do-not-work"
    ADDRESS = "an-address-cannot-be-used"
    SAME_EXECUTOR = "another-process-has-this-executor_id"
    ALREADY_RUNNING = "another-process-uses-this-data"
    ACCOUNT = "a-model-account-is-not-set-or-does-not-work"
    MODEL = "a-model-is-unknown-ending-or-retired"
    PASSPORT = "the-passports-key-cannot-be-used"
    EXPOSED = "other-users-can-open-the-data"
    STORAGE = "health-readiness-and-doctor"


def see(section: str) -> str:
    """Return the reference to a section, as it ends a line."""
    return f"See {_PAGE}#{section}"


def for_storage(reason: str) -> str:
    """Return the section of a reason of StorageUnavailable."""
    return f"storage-{reason}"
