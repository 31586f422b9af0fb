"""The stage: a round's message, its thread and its reactions. Nobody else writes them."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import structlog
from slack_sdk.errors import SlackApiError

from bot import measures
from bot.ballot import Reaction
from bot.casting import utc_now
from bot.catalogue import Catalogue
from bot.errors import MessageGone, NotTaken, PlaceClosed, Unreachable
from bot.finish import plan_of
from bot.ports import Clock, Finishes, Picture, Roster, Rounds
from bot.round import OPEN, RECAST, Round, State
from handlers.asking import ARCHIVED, as_taken, asking, reason, trying
from handlers.away import Away
from handlers.blocks.fit import fit
from handlers.blocks.plainer import AS_MEANT, Plainness
from handlers.blocks.private import note
from handlers.blocks.rounds import message
from handlers.blocks.shown import Shown
from handlers.blocks.view import View
from handlers.clients import Clients
from handlers.kin import Kinship
from handlers.links import Links
from handlers.messages import Messages
from handlers.payloads import reaction_of
from handlers.reacted import Reacted
from handlers.redraws import Pace, Redraws
from handlers.uploads import LOOKS, Upload, Uploads
from handlers.visibility import SlackVisibility
from handlers.words import alt, labels, refusals, rounds, storage, voters
from handlers.words.titles import Titles

log = structlog.get_logger()

_FILE_WAITS = (0.3, 0.6, 1.2)
_REMARKS = {"reminder": rounds.reminder, "late": rounds.late, "all_in": voters.all_in}
_FINISHES = {"pair": (labels.pair_title, alt.pair), "own": (labels.finish_title, alt.finish)}
_WORDS = {"called_off": refusals.called_off, "no_sheet": refusals.no_sheet_for_lead}
# What changing a deleted message, or writing into its thread, is refused with; each may have other causes.
_NOT_THERE = frozenset({"message_not_found", "cant_update_message", "cannot_reply_to_message", "thread_not_found"})


class SlackStage:
    """Shows rounds in Slack; implements the port Stage.

    The clients bring handlers that sit out rate limits and try a lost connection again.
    """

    def __init__(
        self,
        clients: Clients,
        rounds: Rounds,
        roster: Roster,
        finishes: Finishes,
        catalogue: Catalogue,
        visibility: SlackVisibility,
        now: Clock = utc_now,
        pace: Callable[[], Pace] = Pace,
        looks: Sequence[float] = LOOKS,
        file_waits: Sequence[float] = _FILE_WAITS,
    ) -> None:
        self._clients = clients
        self._rounds = rounds
        self._roster = roster
        self._finishes = finishes
        self._catalogue = catalogue
        self._visibility = visibility
        self._now = now
        self._file_waits = file_waits
        self._titles = Titles(catalogue)
        self._messages = Messages(clients)
        self._reacted = Reacted(clients, rounds, visibility)
        self._uploads = Uploads(clients, looks)
        self._links = Links(clients)
        self._kinship = Kinship(self._links, rounds)
        self._redraws = Redraws(self._draw, self._team_of, pace)
        measures.reads("redraws_waiting", lambda: self._redraws.waiting)
        self._plainness: dict[str, Plainness] = {}
        self._anew: set[str] = set()
        self._lost: set[str] = set()
        self._away = Away(clients)

    async def post(self, round_id: str) -> None:
        round_ = await self._rounds.get(round_id)
        if not round_.message_ts:
            await self._rounds.set_message(round_id, await self._messages.post(round_, await self._view(round_)))

    async def post_again(self, round_id: str) -> bool:
        round_ = await self._rounds.get(round_id)
        if not await self._reacted.is_gone(round_):
            return False
        await self._rounds.set_message(round_id, await self._messages.post(round_, await self._view(round_)))
        return True

    def lost(self) -> Sequence[str]:
        found = tuple(self._lost)
        self._lost.clear()
        return found

    async def look_again(self) -> None:
        for round_id in await self._away.back():
            self._redraws.mark(round_id)

    def refresh(self, round_id: str) -> None:
        self._redraws.mark(round_id)

    async def show(self, round_id: str) -> None:
        """What Slack refused earlier is tried again here, and only here.

        It is forgotten by the redraw itself: one that is still under way may be refused the pictures before these.
        """
        self._anew.add(round_id)
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
        try:
            return await self._reacted.on(await self._rounds.get(round_id))
        except MessageGone:
            self._lost.add(round_id)
            raise

    async def remark(self, round_id: str, remark: str) -> None:
        round_ = await self._rounds.get(round_id)
        await self._messages.reply(round_, _REMARKS[remark](round_))

    async def point_there(self, round_id: str) -> None:
        round_ = await self._rounds.get(round_id)
        await self._messages.point(round_, rounds.pointed(round_, await self._messages.link(round_)))

    async def tell_lead(self, round_id: str, word: str) -> None:
        round_ = await self._rounds.get(round_id)
        if word == "leads":
            told = rounds.leads(round_, await self._messages.link(round_))
        else:
            told = _WORDS[word](round_) if word in _WORDS else storage.told_lead(word, round_)
        await self._messages.tell_lead(round_, note(told), word)

    async def close(self) -> None:
        """Stop redrawing."""
        await self._redraws.close()

    async def _draw(self, round_id: str) -> None:
        if round_id in self._anew:
            # Before the round is read: whoever asks from here on may mean a later state, and keeps their word.
            self._anew.discard(round_id)
            self._plainness.pop(round_id, None)
        round_ = await self._rounds.get(round_id)
        if round_.message_ts is None:
            return
        view = fit(await self._view(round_))
        known = self._plainness.get(round_id, AS_MEANT)
        with trying("chat.update"):
            try:
                with asking("chat.update"):
                    _, plainness = await as_taken(partial(self._messages.update, round_), view, self._file_waits, known)
            except PlaceClosed as error:
                await self._stand_still(round_, error)
                raise
            except NotTaken as error:
                await self._look_for(round_, error)
                raise
            if not plainness.full:
                self._plainness[round_id] = plainness

    async def _stand_still(self, round_: Round, error: PlaceClosed) -> None:
        """The lead is told once what stands, and the message is drawn again once its conversation is open."""
        self._away.note(round_, error)
        told = refusals.away(round_, archived=error.why in ARCHIVED)
        await self._messages.tell_lead(round_, note(told), "away")

    async def _look_for(self, round_: Round, error: NotTaken) -> bool:
        """Whether a refusal means that somebody deleted the message; an open round then needs another."""
        if error.why not in _NOT_THERE or round_.state not in OPEN or not await self._reacted.is_gone(round_):
            return False
        self._lost.add(round_.id)
        return True

    async def _team_of(self, round_id: str) -> str:
        return (await self._rounds.get(round_id)).place.team

    async def _view(self, round_: Round) -> View:
        uncounted = round_.tally is None
        marks = await self._rounds.marks(round_.id) if uncounted else ()
        papers = await self._rounds.papers(round_.id) if uncounted else ()
        shown = await self._with_faces(Shown(round_, round_.shown(round_.count(marks, papers)), self._titles))
        if shown.face is None:
            parent, child = await self._kinship.before(round_), await self._kinship.after(round_)
            turnout = round_.turnout(round_.have_voted(marks, papers), await self._gone(round_)) if uncounted else None
            return message(replace(shown, turnout=turnout, parent=parent, child=child))
        plan = plan_of(shown.face, self._catalogue, self._now().date())
        return message(replace(shown, finishes=await self._finishes.of(round_.id), plan=plan))

    async def _with_faces(self, shown: Shown) -> Shown:
        """The face the round gave, the character's present one, and the one it casts anew, with the ways there."""
        round_ = shown.round
        if round_.state is not State.LOCKED and round_.origin != RECAST:
            return shown
        history = await self._roster.history(round_.character_id)
        by_round = {face.round_id: face for face in history}
        face = by_round.get(round_.id) if round_.state is State.LOCKED else None
        present = next((each for each in history if not each.released), None)
        before = by_round.get(round_.parent or "") if round_.origin == RECAST else None
        others = {each.round_id for each in (present, before) if each and each.round_id != round_.id}
        links = {round_id: await self._links.of(await self._rounds.get(round_id)) for round_id in others}
        return replace(shown, face=face, present=present, before=before, versions=len(history), links=links)

    async def _gone(self, round_: Round) -> frozenset[str]:
        """The named voters whose accounts are closed."""
        found = [(person, await self._visibility.is_gone(round_.place.team, person)) for person in round_.brief.voters]
        return frozenset(person for person, gone in found if gone)

    async def _put(self, round_: Round, pictures: Sequence[Picture]) -> Sequence[str]:
        if round_.message_ts is None:
            raise Unreachable("the round's own message")
        uploads = [self._upload(round_, picture) for picture in pictures]
        try:
            return await self._uploads.put_once(round_.place, round_.message_ts, uploads, self._rounds)
        except NotTaken as error:
            if await self._look_for(round_, error):
                raise MessageGone(error.what, error.why) from error
            raise

    def _upload(self, round_: Round, picture: Picture) -> Upload:
        """A candidate's picture is called by its number; by its model too once the ballot is closed."""
        if picture.finish:
            titled, told = _FINISHES[picture.finish]
            name = round_.character
            return Upload(picture.data, picture.filename, titled(name), told(name, round_.brief.text))
        if picture.number is None:
            numbers = range(1, max(len(round_.candidates), len(round_.arrived)) + 1)
            return Upload(
                picture.data, picture.filename, labels.sheet_title(round_.character), alt.sheet(round_, numbers)
            )
        model = round_.numbered(picture.number).model if round_.state in (State.CLOSED, State.LOCKED) else ""
        title = labels.candidate_title(picture.number, *([self._titles(model), model] if model else []))
        return Upload(picture.data, picture.filename, title, alt.candidate(round_, picture.number))
