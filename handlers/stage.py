"""The stage: a round's message, its thread and its reactions. Nobody else writes them."""

from collections.abc import Sequence

import structlog
from slack_sdk.errors import SlackApiError

from bot.ballot import Reaction
from bot.catalogue import Catalogue
from bot.errors import Unreachable
from bot.ports import Picture, Roster, Rounds
from bot.round import OPEN, Round, State
from handlers.asking import asking, reason, trying, with_pictures
from handlers.blocks.rounds import message
from handlers.blocks.shown import Shown
from handlers.blocks.view import View
from handlers.clients import Clients
from handlers.payloads import number_of, reaction_of
from handlers.redraws import Redraws
from handlers.uploads import Upload, Uploads
from handlers.visibility import SlackVisibility
from handlers.words import alt, labels, rounds
from handlers.words.titles import Titles

log = structlog.get_logger()

_FILE_WAITS = (0.3, 0.6, 1.2)
_REMARKS = {"reminder": rounds.reminder, "late": rounds.late}


class SlackStage:
    """Shows rounds in Slack; implements the port Stage.

    The clients bring handlers that sit out rate limits and try a lost connection again.
    """

    def __init__(
        self,
        clients: Clients,
        rounds: Rounds,
        roster: Roster,
        catalogue: Catalogue,
        visibility: SlackVisibility,
    ) -> None:
        self._clients = clients
        self._rounds = rounds
        self._roster = roster
        self._titles = Titles(catalogue)
        self._visibility = visibility
        self._uploads = Uploads(clients)
        self._redraws = Redraws(self._draw, self._team_of)
        self._without_picture: set[str] = set()

    async def post(self, round_id: str) -> None:
        """Raises Unreachable; a crash between Slack's answer and the note of it posts a second message."""
        round_ = await self._rounds.get(round_id)
        if round_.message_ts:
            return
        view = await self._view(round_)
        with asking("chat.postMessage"):
            answer = await self._clients.of(round_.place.team).chat_postMessage(
                channel=round_.place.channel,
                text=view.text,
                blocks=view.blocks,
                metadata={"event_type": "castroom_round", "event_payload": {"round": round_.id}},
                unfurl_links=False,
                unfurl_media=False,
            )
        await self._rounds.set_message(round_id, str(answer["ts"]))

    def refresh(self, round_id: str) -> None:
        self._redraws.mark(round_id)

    async def show(self, round_id: str) -> None:
        """A picture that Slack refused earlier is tried again here, and only here."""
        self._without_picture.discard(round_id)
        await self._redraws.first(round_id)

    async def hang(self, round_id: str, sheet: Picture) -> str:
        round_ = await self._rounds.get(round_id)
        (file_id,) = await self._put(round_, [sheet])
        await self._uploads.ready(round_.place.team, file_id)
        return file_id

    async def pin(self, round_id: str, pictures: Sequence[Picture]) -> Sequence[str]:
        return await self._put(await self._rounds.get(round_id), pictures)

    async def seed(self, round_id: str, numbers: Sequence[int]) -> None:
        """One after another, since Slack orders reactions by arrival; a ballot does without what Slack refuses."""
        round_ = await self._rounds.get(round_id)
        for number in numbers:
            try:
                await self._clients.of(round_.place.team).reactions_add(
                    channel=round_.place.channel, timestamp=round_.message_ts or "", name=reaction_of(number)
                )
            except SlackApiError as error:
                if reason(error) != "already_reacted":
                    log.warning("seed_refused", round=round_id, number=number, error=reason(error))
                    return

    async def reactions(self, round_id: str) -> Sequence[Reaction]:
        round_ = await self._rounds.get(round_id)
        with asking("reactions.get"):
            answer = await self._clients.of(round_.place.team).reactions_get(
                channel=round_.place.channel, timestamp=round_.message_ts or "", full=True
            )
        shown: dict[int, Reaction] = {}
        for given in answer["message"].get("reactions", []):
            if number := number_of(given["name"]):
                known = shown.get(number, Reaction(number, frozenset(), complete=True))
                people = {user for user in given["users"] if await self._visibility.is_person(round_.place.team, user)}
                complete = known.complete and len(set(given["users"])) == given["count"]
                shown[number] = Reaction(number, known.people | people, complete)
        return tuple(shown.values())

    async def remark(self, round_id: str, remark: str) -> None:
        round_ = await self._rounds.get(round_id)
        with trying("chat.postMessage"):
            await self._clients.of(round_.place.team).chat_postMessage(
                channel=round_.place.channel, thread_ts=round_.message_ts, text=_REMARKS[remark](round_)
            )

    async def close(self) -> None:
        """Stop redrawing."""
        await self._redraws.close()

    async def _draw(self, round_id: str) -> None:
        round_ = await self._rounds.get(round_id)
        if round_.message_ts is None:
            return
        view = await self._view(round_)
        if round_id in self._without_picture:
            view = view.without_pictures()

        async def update(view: View) -> None:
            await self._clients.of(round_.place.team).chat_update(
                channel=round_.place.channel, ts=round_.message_ts or "", text=view.text, blocks=view.blocks
            )

        with trying("chat.update"):
            _, complete = await with_pictures(update, view, _FILE_WAITS)
            if not complete:
                self._without_picture.add(round_id)

    async def _team_of(self, round_id: str) -> str:
        return (await self._rounds.get(round_id)).place.team

    async def _view(self, round_: Round) -> View:
        uncounted = round_.state in OPEN and round_.tally is None
        marks = await self._rounds.marks(round_.id) if uncounted else ()
        papers = await self._rounds.papers(round_.id) if uncounted else ()
        face = await self._roster.face(round_.id) if round_.state is State.LOCKED else None
        return message(Shown(round_, round_.shown(round_.count(marks, papers)), self._titles, face))

    async def _put(self, round_: Round, pictures: Sequence[Picture]) -> list[str]:
        if round_.message_ts is None:
            raise Unreachable("the round's own message")
        uploads = [self._upload(round_, picture) for picture in pictures]
        return await self._uploads.put(round_.place, round_.message_ts, uploads)

    def _upload(self, round_: Round, picture: Picture) -> Upload:
        """A candidate's picture is called by its number; by its model too once the ballot is closed."""
        if picture.number is None:
            numbers = range(1, max(len(round_.candidates), len(round_.arrived)) + 1)
            return Upload(
                picture.data, picture.filename, labels.sheet_title(round_.character), alt.sheet(round_, numbers)
            )
        model = round_.numbered(picture.number).model if round_.state in (State.CLOSED, State.LOCKED) else ""
        title = labels.candidate_title(picture.number, self._titles(model) if model else "")
        return Upload(picture.data, picture.filename, title, alt.candidate(round_, picture.number))
