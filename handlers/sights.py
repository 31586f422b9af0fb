"""Where rounds can be seen: the addresses of their messages and the files of their portraits."""

from collections.abc import Sequence

from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import NotTaken, Unreachable
from bot.ports import Rounds
from bot.recall import Recalled
from handlers.asking import asking
from handlers.blocks.recall import Sight
from handlers.blocks.shown import portrait_file

_NO_FILE = frozenset({"file_not_found", "file_deleted"})
_NO_MODE = frozenset({"tombstone", "hidden_by_limit"})


class Sights:
    """Looks rounds up. What Slack does not tell is left out: an answer without a link is still an answer."""

    def __init__(self, rounds: Rounds) -> None:
        self._rounds = rounds

    async def of_round(self, round_id: str, client: AsyncWebClient) -> Sight:
        """Where a round's message and, once it is locked, its portrait's picture are."""
        round_ = await self._rounds.get(round_id)
        link = await self._link(round_.place.channel, round_.message_ts, client)
        return Sight(link, portrait_file(round_), round_.closes_at)

    async def of_picture(self, round_id: str) -> Sight:
        """The portrait's picture alone, without asking Slack."""
        return Sight(file_id=portrait_file(await self._rounds.get(round_id)))

    async def of_found(self, found: Recalled, client: AsyncWebClient) -> Sight:
        """Where the face or the open round of what was found is."""
        if found.kind not in ("face", "casting", "unlocked"):
            return Sight()
        character = found.characters[0]
        face = character.face or (character.former if found.kind == "unlocked" else None)
        round_id = face.round_id if face else character.open_round
        return await self.of_round(round_id, client) if round_id else Sight()

    async def at_one_crop(self, round_ids: Sequence[str]) -> dict[str, str]:
        """Pictures of the faces that rounds gave, by round id: cropped alike where the briefs wanted one aspect, else
        whole. What hangs nowhere is left out."""
        rounds = [await self._rounds.get(round_id) for round_id in round_ids]
        alike = len({r.brief.aspect for r in rounds}) == 1 and all(r.locked and r.locked.file_id for r in rounds)
        files = {r.id: (r.locked.file_id if alike and r.locked else portrait_file(r)) for r in rounds}
        return {round_id: file_id for round_id, file_id in files.items() if file_id}

    async def original_file(self, round_id: str) -> str:
        """The file of the locked portrait's original; empty while there is none."""
        locked = (await self._rounds.get(round_id)).locked
        return (locked.original_file or "") if locked else ""

    async def address(self, file_id: str, client: AsyncWebClient) -> str | None:
        """Where a file can be opened; empty when Slack does not say, None when it does not have the file any more.

        Free workspaces hide files after 90 days, which then are told of without an address (slack.com/help, "Free
        plan limits"; the modes are those of Slack's exports).
        """
        try:
            with asking("files.info"):
                file = (await client.files_info(file=file_id))["file"]
        except NotTaken as error:
            return None if error.why in _NO_FILE else ""
        except Unreachable:
            return ""
        return None if file.get("mode") in _NO_MODE else str(file.get("permalink", ""))

    async def _link(self, channel: str, message_ts: str | None, client: AsyncWebClient) -> str:
        if not message_ts:
            return ""
        try:
            return await permalink(client, channel, message_ts)
        except Unreachable:
            return ""


async def permalink(client: AsyncWebClient, channel: str, message_ts: str) -> str:
    """The address of a message; raises Unreachable."""
    with asking("chat.getPermalink"):
        return str((await client.chat_getPermalink(channel=channel, message_ts=message_ts))["permalink"])
