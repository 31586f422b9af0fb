"""Loads what a round's message shows."""

from dataclasses import dataclass, replace

from bot.domain.catalogue import Catalogue
from bot.domain.character_sheet import available_sheet_models
from bot.domain.ids import ChannelRef, child_round_id, run_off_sheet_key
from bot.domain.reaudition import replacement_of
from bot.domain.round import Round
from bot.domain.round_state import RECAST, RoundState
from bot.domain.target import all_targets
from bot.domain.upscale import plan_upscale
from bot.ports.clock import Now
from bot.ports.storage import StoragePorts
from bot.usecases.access import is_visible_to_all
from handlers.slack.directory import SlackDirectory
from handlers.slack.locations import Permalinks
from handlers.text.look_alikes import LookAlikeNote
from handlers.text.model_titles import Titles
from handlers.views.builder import View
from handlers.views.round import round_message
from handlers.views.round.shared import RelatedRound, RoundViewData


@dataclass(frozen=True, slots=True)
class RoundViewLoader:
    """Loader of the view of a round's message."""

    storage: StoragePorts
    catalogue: Catalogue
    directory: SlackDirectory
    titles: Titles
    permalinks: Permalinks
    now: Now

    async def load(self, round_: Round) -> View:
        """Build the view of the round as it is stored now."""
        is_uncounted = round_.tally is None
        has_votes = is_uncounted and round_.state is not RoundState.DRAWING
        vote_inputs = await self.storage.ballots.list_vote_inputs(round_.id) if has_votes else ()
        submissions = await self.storage.ballots.list_submissions(round_.id) if has_votes else ()
        tally = round_.visible_tally(round_.count_votes(vote_inputs, submissions))
        data = await self._add_faces(RoundViewData(round_, tally, self.titles))
        if data.face:
            today = self.now().date()
            plan = plan_upscale(data.face, self.catalogue, today)
            upscales = await self.storage.upscales.list_for_face(round_.id)
            settings = (await self.storage.productions.get(round_.place)).settings
            reports = await self.storage.targets.list_for_face(round_.id)
            data = replace(
                data,
                upscales=upscales,
                upscale_plan=plan,
                targets=all_targets(settings.targets, reports),
                sheet=await self.storage.sheets.load(round_.id),
                may_draw_sheet=bool(available_sheet_models(self.catalogue, today)),
                replacement=replacement_of(data.face.model, self.catalogue, today),
                follow_ups=await self._follow_ups(round_),
                look_alikes=await self._look_alikes(round_),
            )
            return round_message(data)
        turnout = None
        if is_uncounted:
            voted = round_.voted_people(vote_inputs, submissions)
            turnout = round_.turnout(voted, await self._deactivated_voters(round_))
        parent = await self._related(round_.parent, round_.place) if round_.parent else None
        child_id = child_round_id(round_.place.team, round_.id)
        child = await self._related(child_id, round_.place) if round_.state is RoundState.VOID else None
        sheet = await self._run_off_sheet(round_)
        follow_ups = await self._follow_ups(round_) if round_.state is RoundState.CLOSED else ()
        data = replace(data, turnout=turnout, parent=parent, child=child, run_off_sheet=sheet, follow_ups=follow_ups)
        return round_message(data)

    async def _follow_ups(self, round_: Round) -> tuple[RelatedRound, ...]:
        """Return the callbacks and re-auditions of a round, oldest first."""
        found = await self.storage.rounds.list_follow_ups(round_.id)
        return tuple([each for one in found if (each := await self._related(one.id, round_.place))])

    async def _run_off_sheet(self, round_: Round) -> str:
        """Return the file that shows the finalists of an open run-off; empty until it is uploaded."""
        if round_.run_off is None or round_.tally is not None:
            return ""
        return next(iter(await self.storage.rounds.get_upload(run_off_sheet_key(round_.id))), "")

    async def _add_faces(self, data: RoundViewData) -> RoundViewData:
        """Add the round's own face, the character's present one, the one that a re-cast replaces, and their links."""
        round_ = data.round
        if round_.state is not RoundState.LOCKED and round_.origin != RECAST:
            return data
        history = await self.storage.roster.list_faces(round_.character_id)
        by_round = {face.round_id: face for face in history}
        face = by_round.get(round_.id) if round_.state is RoundState.LOCKED else None
        current_face = next((each for each in history if not each.unlocked), None)
        recast_face = by_round.get(round_.parent or "") if round_.origin == RECAST else None
        others = {each.round_id for each in (current_face, recast_face) if each and each.round_id != round_.id}
        links = {
            round_id: await self._link(await self.storage.rounds.get(round_id), round_.place) for round_id in others
        }
        return replace(
            data, face=face, current_face=current_face, recast_face=recast_face, version_count=len(history), links=links
        )

    async def _look_alikes(self, round_: Round) -> tuple[LookAlikeNote, ...]:
        """Return the noted pairs whose other face everyone in the round's channel may see."""
        notes = []
        for question in await self.storage.look_alikes.list_about(round_.id):
            other_id = question.other_round_id if question.round_id == round_.id else question.round_id
            other = await self.storage.roster.get_face(other_id) if question.is_noted else None
            if other and await is_visible_to_all(self.directory, other.place, round_.place):
                url = await self._link(await self.storage.rounds.get(other_id), round_.place)
                notes.append(LookAlikeNote(other.character, question.yes, question.no, url))
        return tuple(notes)

    async def _deactivated_voters(self, round_: Round) -> frozenset[str]:
        """Return the named voters whose accounts are deactivated."""
        found = [
            (person, await self.directory.is_deactivated(round_.place.team, person)) for person in round_.brief.voters
        ]
        return frozenset(person for person, is_deactivated in found if is_deactivated)

    async def _related(self, round_id: str, place: ChannelRef) -> RelatedRound | None:
        """Return the round that this one, in `place`, replaced or that replaced it; None if it does not exist."""
        try:
            related = await self.storage.rounds.get(round_id)
        except KeyError:
            return None
        tally = related.visible_tally(
            related.count_votes(
                await self.storage.ballots.list_vote_inputs(related.id),
                await self.storage.ballots.list_submissions(related.id),
            )
        )
        return RelatedRound(related, tally, await self._link(related, place))

    async def _link(self, round_: Round, place: ChannelRef) -> str:
        """Return the link for a message in `place`; empty for a round that not everyone there may see."""
        if not await is_visible_to_all(self.directory, round_.place, place):
            return ""
        return await self.permalinks.get(round_)
