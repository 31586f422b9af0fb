"""Files that the bot posted in Slack: deleted one by one, under a lease of the round's pictures."""

from contextlib import AbstractAsyncContextManager

from bot.domain.round import Round
from bot.ports.storage import StoragePorts
from bot.usecases.ports import Ports


def pictures_lease(storage: StoragePorts, round_id: str) -> AbstractAsyncContextManager[None]:
    """Return the lease of a round's pictures: one call at a time, of all processes, uploads, signs or deletes them."""
    return storage.replicas.lease(f"pictures:{round_id}")


async def delete_posted_file(ports: Ports, round_: Round, file_id: str) -> bool:
    """Delete a file that shows the round; False if Slack refuses it. Raises SlackUnavailable.

    Which messages share it is stored before: Slack forgets it with the file, and deleting the character deletes them.
    """
    shares = await ports.slack_files.list_shares(round_.place.team, file_id)
    await ports.storage.posted_messages.add(round_.id, *shares)
    return await ports.slack_files.delete(round_.place.team, file_id)
