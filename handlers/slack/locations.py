"""Where rounds can be seen: the addresses of their messages and the files of their portraits."""

from collections import OrderedDict
from collections.abc import Sequence

from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.errors import SlackRejected, SlackUnavailable
from bot.domain.round import Round
from bot.ports.rounds import RoundRepository
from bot.usecases.recall import RecallResult
from handlers.slack.api_errors import slack_call
from handlers.slack.clients import Clients
from handlers.views.recall import Location
from handlers.views.round.shared import portrait_file_id

_FILE_MISSING_CODES = frozenset({"file_not_found", "file_deleted"})

_HIDDEN_MODES = frozenset({"tombstone", "hidden_by_limit"})


class RoundLocations:
    """Looks rounds up. What Slack does not tell is left out: an answer without a link is still an answer."""

    def __init__(self, rounds: RoundRepository) -> None:
        self._rounds = rounds

    async def for_round(self, round_id: str, client: AsyncWebClient) -> Location:
        """Where a round's message and, once it is locked, its portrait's picture are."""
        round_ = await self._rounds.get(round_id)
        link = await self._link(round_.place.channel, round_.message_ts, client)
        return Location(link, portrait_file_id(round_), round_.closes_at)

    async def for_picture(self, round_id: str) -> Location:
        """The portrait's picture alone, without asking Slack."""
        return Location(file_id=portrait_file_id(await self._rounds.get(round_id)))

    async def for_recalled(self, found: RecallResult, client: AsyncWebClient) -> Location:
        """Where the face or the open round of what was found is."""
        if found.kind not in ("face", "casting", "unlocked"):
            return Location()
        character = found.characters[0]
        face = character.face or (character.last_unlocked_face if found.kind == "unlocked" else None)
        round_id = face.round_id if face else character.open_round_id
        return await self.for_round(round_id, client) if round_id else Location()

    async def comparable_files(self, round_ids: Sequence[str]) -> dict[str, str]:
        """Pictures of the faces that rounds gave, by round id: cropped alike where the briefs wanted one aspect, else
        whole. What hangs nowhere is left out."""
        rounds = [await self._rounds.get(round_id) for round_id in round_ids]
        same_aspect = len({r.brief.aspect for r in rounds}) == 1 and all(
            r.locked_candidate and r.locked_candidate.file_id for r in rounds
        )
        files = {
            r.id: (r.locked_candidate.file_id if same_aspect and r.locked_candidate else portrait_file_id(r))
            for r in rounds
        }
        return {round_id: file_id for round_id, file_id in files.items() if file_id}

    async def original_file_id(self, round_id: str) -> str:
        """The file of the locked portrait's original; empty while there is none."""
        locked = (await self._rounds.get(round_id)).locked_candidate
        return (locked.original_file or "") if locked else ""

    async def file_url(self, file_id: str, client: AsyncWebClient) -> str | None:
        """Where a file can be opened; empty when Slack does not say, None when it does not have the file any more.

        Free workspaces hide files after 90 days, which then are told of without an address (slack.com/help, "Free
        plan limits"; the modes are those of Slack's exports).
        """
        try:
            with slack_call("files.info"):
                file = (await client.files_info(file=file_id))["file"]
        except SlackRejected as error:
            return None if error.code in _FILE_MISSING_CODES else ""
        except SlackUnavailable:
            return ""
        return None if file.get("mode") in _HIDDEN_MODES else str(file.get("permalink", ""))

    async def _link(self, channel: str, message_ts: str | None, client: AsyncWebClient) -> str:
        if not message_ts:
            return ""
        try:
            return await permalink(client, channel, message_ts)
        except SlackUnavailable:
            return ""


async def permalink(client: AsyncWebClient, channel: str, message_ts: str) -> str:
    """The address of a message; raises Unreachable."""
    with slack_call("chat.getPermalink"):
        return str((await client.chat_getPermalink(channel=channel, message_ts=message_ts))["permalink"])


_CACHE_SIZE = 1_000


class Permalinks:
    """Permalinks. What Slack does not tell is left out, and asked again the next time."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients
        self._cache: OrderedDict[tuple[str, str, str], str] = OrderedDict()

    async def get(self, round_: Round) -> str:
        """The address of a round's message; empty when it has none, or Slack does not say."""
        if not round_.message_ts:
            return ""
        key = (round_.place.team, round_.place.channel, round_.message_ts)
        if key not in self._cache:
            try:
                self._cache[key] = await permalink(self._clients.for_team(round_.place.team), *key[1:])
            except SlackUnavailable:
                return ""
            if len(self._cache) > _CACHE_SIZE:
                self._cache.popitem(last=False)
        return self._cache[key]
