"""Files that the bot posted in Slack, deleted one by one."""

from bot.domain.round import Round
from bot.usecases.ports import Ports


async def delete_posted_file(ports: Ports, round_: Round, file_id: str) -> bool:
    """Delete a file that shows the round; False if Slack refuses it. Raises SlackUnavailable.

    Which messages share it is stored before: Slack forgets it with the file, and deleting the character deletes them.
    """
    shares = await ports.slack_files.list_shares(round_.place.team, file_id)
    await ports.storage.posted_messages.add(round_.id, *shares)
    return await ports.slack_files.delete(round_.place.team, file_id)
