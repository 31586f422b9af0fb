"""Everything stored about one person, and its erasure, from the command line. Bots may run meanwhile."""

from typing import Any

from bot.domain.erasure import Erasure, PersonErasure, hash_person, require_user_id
from bot.settings import Settings
from storage import open_existing_storage
from storage.erasure.person import PersonEraser


async def describe_person(settings: Settings, person: str, team: str = "") -> dict[str, Any]:
    """Return every row that names the person, by table; raises ValueError for no user id, StorageUnavailable."""
    async with open_existing_storage(settings, settings.now) as storage:
        rows = await PersonEraser(storage.database, storage.portraits).list_rows(person, team)
        return {"person": person, "workspace": team or "all", "rows": rows}


async def erase_person(settings: Settings, person: str, team: str = "") -> list[str]:
    """Log and erase a person; return the lines of a report. Raises ValueError for no user id, StorageUnavailable."""
    require_user_id(person)
    async with open_existing_storage(settings, settings.now) as storage:
        erasure = Erasure("person", hash_person(person), settings.now(), team)
        await storage.erasure_log.add(erasure)
        result = await PersonEraser(storage.database, storage.portraits).erase(person, team)
    return _report(person, result)


async def list_erasures(settings: Settings) -> list[dict[str, Any]]:
    """Return the log of erasures, oldest first; raises StorageUnavailable."""
    async with open_existing_storage(settings, settings.now) as storage:
        return [erasure.to_json() for erasure in await storage.erasure_log.list_all()]


def _report(person: str, result: PersonErasure) -> list[str]:
    if not result.changes:
        return [f"Nothing is stored about {person}."]
    lines = [f"{person} is now {result.pseudonym}. Nothing says which person that is."]
    lines += [f"{each.table}: {each.column}: {each.action} in {each.rows} rows" for each in result.changes]
    lines.append("What stays: the texts of briefs and reasons, without the id, and the counts of votes.")
    if result.ledger_rows:
        lines.append(f"What stays: {result.ledger_rows} charges, because the sums of budgets need them.")
    lines += [
        f"Round {round_id} is open, and Slack shows a reaction of {person} on its message. Remove the reaction, or "
        "erase again after the round is over: the bot reads reactions until then."
        for round_id in result.open_reactions
    ]
    if not result.is_journal_empty:
        lines.append("The database file still holds old content in unused pages: erase again when the bot is idle.")
    lines.append("The bot stores the id again if the person uses it again. Slack keeps its own messages and reactions.")
    return lines
