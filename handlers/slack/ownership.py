"""The ids on buttons are opaque, and the core trusts them; here one that belongs to another workspace is gone."""

from collections import OrderedDict

from bot.domain.round import Round
from bot.ports.storage import StoragePorts
from bot.telemetry import logs
from bot.usecases.recall import RecallResult
from handlers.slack.payloads import ButtonPress, FormSubmission, OptionsQuery

_CACHE_SIZE = 5_000


class WorkspaceGuard:
    """Whether a press may reach what it names. Everything raises KeyError if not, as for an id nobody gave."""

    def __init__(self, storage: StoragePorts) -> None:
        self._storage = storage
        self._slot_owners: OrderedDict[str, tuple[str, str]] = OrderedDict()

    async def get_round(self, press: ButtonPress | FormSubmission) -> Round:
        """The round that the press names; from now on the log of this request carries its id."""
        round_ = await self._storage.rounds.get(press.id)
        _require_same_team(press, round_.place.team)
        logs.bind_round(round_.id)
        return round_

    async def check_slot(self, press: ButtonPress) -> None:
        """The press names a slot of a round, whose id the log carries from now on.

        Whose a slot is never changes: it is asked once for the last thousands.
        """
        owner = self._slot_owners.get(press.id)
        if owner is None:
            round_ = await self._storage.rounds.by_slot(press.id)
            owner = round_.place.team, round_.id
        self._slot_owners[press.id] = owner
        self._slot_owners.move_to_end(press.id)
        if len(self._slot_owners) > _CACHE_SIZE:
            self._slot_owners.popitem(last=False)
        team, round_id = owner
        _require_same_team(press, team)
        logs.bind_round(round_id)

    async def check_draft(self, press: ButtonPress | FormSubmission | OptionsQuery) -> None:
        """The press names a kept wish; one that is not there any more is for the use case to tell."""
        if draft := await self._storage.drafts.get(press.id):
            _require_same_team(press, draft.place.team)

    def check_recalled(self, press: ButtonPress | FormSubmission, found: RecallResult) -> RecallResult:
        """What recall found for the press."""
        for character in found.characters:
            _require_same_team(press, character.place.team)
        return found


def _require_same_team(press: ButtonPress | FormSubmission | OptionsQuery, team: str) -> None:
    if press.place.team != team:
        raise KeyError(press.id)
