"""Where rounds can be seen: the addresses of their messages and the files of their portraits."""

from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import Unreachable
from bot.ports import Rounds
from bot.recall import Recalled
from handlers.asking import asking
from handlers.blocks.recall import Sight
from handlers.blocks.shown import portrait_file


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
        if found.kind not in ("face", "casting"):
            return Sight()
        character = found.characters[0]
        round_id = character.face.round_id if character.face else character.open_round
        return await self.of_round(round_id, client) if round_id else Sight()

    async def of_original(self, round_id: str, client: AsyncWebClient) -> str:
        """The address of the locked portrait's original in the round's thread; empty while it is not there."""
        locked = (await self._rounds.get(round_id)).locked
        if locked is None or locked.original_file is None:
            return ""
        try:
            with asking("files.info"):
                return str((await client.files_info(file=locked.original_file))["file"].get("permalink", ""))
        except Unreachable:
            return ""

    async def _link(self, channel: str, message_ts: str | None, client: AsyncWebClient) -> str:
        if not message_ts:
            return ""
        try:
            with asking("chat.getPermalink"):
                return str((await client.chat_getPermalink(channel=channel, message_ts=message_ts))["permalink"])
        except Unreachable:
            return ""
