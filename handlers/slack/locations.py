"""Addresses of rounds' messages and of their portraits' files."""

from collections.abc import Sequence

from cachetools import LRUCache

from bot.domain.ids import ChannelRef
from bot.domain.round import Round
from bot.domain.service_errors import SlackRejected, SlackUnavailable
from bot.ports.rounds import RoundRepository
from bot.usecases.recall import RecallResult
from handlers.slack.api_errors import slack_call
from handlers.slack.clients import Clients
from handlers.slack.files import file_info
from handlers.text.format import escape_mrkdwn, link
from handlers.views.recall import Location
from handlers.views.round.shared import portrait_file_id

_MAX_CACHED_LINKS = 1_000
_FILE_MISSING_CODES = frozenset({"file_not_found", "file_deleted"})
_HIDDEN_MODES = frozenset({"tombstone", "hidden_by_limit"})


class RoundLocations:
    """Locations of rounds; a location is empty where Slack does not answer."""

    def __init__(self, rounds: RoundRepository, clients: Clients) -> None:
        self._rounds = rounds
        self._clients = clients
        self._permalinks = Permalinks(clients)

    async def for_round(self, round_id: str) -> Location:
        """Return the location of a round's message and, once it is locked, of its portrait."""
        round_ = await self._rounds.get(round_id)
        return Location(await self._permalinks.fetch(round_), portrait_file_id(round_), round_.closes_at)

    async def link(self, round_id: str) -> str:
        """Return the address of a round's message, from the cache after the first call."""
        return await self._permalinks.get(await self._rounds.get(round_id))

    async def named_link(self, round_id: str) -> str:
        """Return a link to a round's message, with the character's name as its text."""
        round_ = await self._rounds.get(round_id)
        return link(await self._permalinks.get(round_), escape_mrkdwn(round_.character))

    async def for_picture(self, round_id: str) -> Location:
        """Return the location of the portrait alone, without an API call."""
        return Location(file_id=portrait_file_id(await self._rounds.get(round_id)))

    async def for_recalled(self, found: RecallResult) -> Location:
        """Return the location of the face or the open round that recall found."""
        if found.kind not in ("face", "casting", "unlocked"):
            return Location()
        character = found.characters[0]
        face = character.face or (character.last_unlocked_face if found.kind == "unlocked" else None)
        round_id = face.round_id if face else character.open_round_id
        return await self.for_round(round_id) if round_id else Location()

    async def comparable_files(self, round_ids: Sequence[str]) -> dict[str, str]:
        """Return the pictures of the rounds' faces by round id, as far as they are uploaded.

        They are cropped alike where the briefs have the same aspect ratio, else whole.
        """
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
        """Return the file of the locked portrait's original; empty while there is none."""
        locked = (await self._rounds.get(round_id)).locked_candidate
        return (locked.original_file or "") if locked else ""

    async def file_url(self, team: str, file_id: str) -> str | None:
        """Return the address of a file; empty where Slack does not answer, None where the file is gone.

        Free workspaces hide files after 90 days (slack.com/help, "Free plan limits"); the modes are those of Slack's
        exports.
        """
        try:
            file = await file_info(await self._clients.for_team(team), file_id)
        except SlackRejected as error:
            return None if error.code in _FILE_MISSING_CODES else ""
        except SlackUnavailable:
            return ""
        return None if file.get("mode") in _HIDDEN_MODES else str(file.get("permalink", ""))


class Permalinks:
    """Addresses of rounds' messages; empty where a round has no message or Slack does not answer."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients
        self._cache: LRUCache[tuple[ChannelRef, str], str] = LRUCache(_MAX_CACHED_LINKS)

    async def get(self, round_: Round) -> str:
        """Return the address, from the cache after the first call."""
        key = round_.place, round_.message_ts or ""
        if key not in self._cache:
            if not (link := await self.fetch(round_)):
                return ""
            self._cache[key] = link
        return self._cache[key]

    async def fetch(self, round_: Round) -> str:
        """Return the address as Slack gives it now; empty also after the message is deleted."""
        if not round_.message_ts:
            return ""
        try:
            with slack_call("chat.getPermalink"):
                client = await self._clients.for_team(round_.place.team)
                response = await client.chat_getPermalink(channel=round_.place.channel, message_ts=round_.message_ts)
        except SlackUnavailable:
            return ""
        return str(response["permalink"])
