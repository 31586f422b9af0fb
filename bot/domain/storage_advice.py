"""What an operator does about a StorageUnavailable: sentences for the command line, doctor and /readyz."""

from bot.domain.handbook import for_storage, see
from bot.domain.service_errors import StorageUnavailable

_FILE_FIXES = {
    "full": "is full: free some space and start again",
    "read_only": "is not writable: grant the bot write access, or set another DATA_DIR",
    "locked": "is locked by another process: stop that first",
    "damaged": "is damaged and was not changed: move it away and restore a backup (python -m bot restore DIR)",
    "away": "cannot be opened: grant the bot read and write access, or set another DATA_DIR",
    "overwrites": "lets a stored picture be overwritten: set PORTRAITS_URL to a folder on another file system",
    "pre_release": "was written before the first release of Castroom and cannot be migrated: set a new DATA_DIR",
    "newer": "was written by a later version of Castroom: start that version",
    "older": "has the schema of an earlier version: run `python -m bot migrate` first",
    "missing": "does not exist yet: check DATA_DIR, or start the bot once (python -m bot run)",
}
_JOB_FILE_DAMAGED = (
    "is damaged: move it away. It contains only the job queue, and unfinished jobs start again without it"
)
_BUCKET_FIXES = {
    "full": "is full: free some space, or raise its quota",
    "refused": (
        "refuses the bot: check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_REGION, and allow the bot to list the "
        "bucket and to get, put and delete its objects"
    ),
    "missing": "does not exist: create the bucket, or correct PORTRAITS_URL",
    "overwrites": "lets a stored picture be overwritten: use a store that supports conditional writes (If-None-Match)",
    "damaged": "returned other bytes than were written: check the store behind PORTRAITS_URL",
    "address": "is no address of a bucket: write PORTRAITS_URL as s3://bucket/prefix",
    "away": "does not answer: check PORTRAITS_URL, AWS_ENDPOINT_URL and AWS_REGION",
}
_SERVER_FIXES = {
    "full": "is full: free some space on the database server",
    "read_only": "takes no writes: name the primary server in {setting}",
    "locked": "is busy: look for long transactions of other programs",
    "damaged": "is damaged: restore a backup of the database server",
    "refused": "refuses the bot: correct user and password in {setting}, and grant the user this database",
    "no_database": "does not exist on the server: create the database, or correct {setting}",
    "no_connection_left": (
        "has no connection left: raise max_connections, or lower DATABASE_POOL_SIZE and ENGINE_POOL_SIZE"
    ),
    "shared_sessions": (
        "is reached through a pooler that shares sessions between transactions, but the bot's locks need a session of "
        "their own: set the pooler to session mode (pool_mode = session), or name the server itself in {setting}"
    ),
    "away": "does not answer: start the database server, or correct {setting}",
    "newer": _FILE_FIXES["newer"],
    "older": _FILE_FIXES["older"],
    "unfinished": "holds an unfinished move or restore: repeat that command, or name an empty database",
    "missing": "has no tables yet: start the bot once (python -m bot run), or correct {setting}",
}
_SETTINGS = {"database": "DATABASE_URL", "engine": "ENGINE_URL"}


def describe(error: StorageUnavailable) -> str:
    """Return a line with the place, what is wrong, what to do, the driver's message and the handbook's section."""
    detail = f" ({error.detail})" if error.detail else ""
    place = error.path or f"The storage ({error.component})"
    return f"{place} {_fix(error)}.{detail} {see(for_storage(error.reason))}"


def describe_briefly(error: StorageUnavailable) -> str:
    """Return what is wrong and what to do, without places and the driver's message."""
    return _fix(error)


def _fix(error: StorageUnavailable) -> str:
    if "://" not in error.path:
        is_job_file = (error.component, error.reason) == ("engine", "damaged")
        return _JOB_FILE_DAMAGED if is_job_file else _FILE_FIXES.get(error.reason, _FILE_FIXES["away"])
    if error.component == "portraits":
        return _BUCKET_FIXES.get(error.reason, _BUCKET_FIXES["away"])
    fix = _SERVER_FIXES.get(error.reason, _SERVER_FIXES["away"])
    return fix.format(setting=_SETTINGS.get(error.component, "DATABASE_URL"))
