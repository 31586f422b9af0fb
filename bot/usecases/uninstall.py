"""A workspace, or an organization, that removed the app."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import structlog

from bot.domain.round_state import UNINSTALLED
from bot.usecases.ports import UseCase
from bot.usecases.storage_retry import StorageRetry

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Uninstall(UseCase):
    """Deletes the tokens of an installation and ends the open rounds of its workspaces."""

    storage_retry: StorageRetry

    async def remove(self, installation_id: str) -> None:
        """Delete the installation and void its open rounds; portraits, votes and faces stay for the grace period.

        Repeats until storage accepts it, since Slack tells of the removal once. Nothing is sent to Slack.
        """
        teams = await self.storage_retry.retry_until_stored(
            "", lambda: self.storage.installations.list_teams(installation_id)
        )
        deleted = await self.storage_retry.retry_until_stored(
            "", lambda: self.storage.installations.delete(installation_id)
        )
        for team in teams:
            await self.storage_retry.retry_until_stored("", partial(self._note_removal, team, installation_id))
        voided = await self.storage_retry.retry_until_stored("", lambda: self._void_rounds(teams))
        log.info("workspace_uninstalled", id=installation_id, had_token=deleted, rounds=voided)

    async def delete_removed(self) -> int:
        """Delete the data of workspaces whose grace period is over; return how many. Raises StorageUnavailable."""
        removed = self.storage.removed_workspaces
        due = await removed.list_due(self.ports.now() - self.ports.uninstall_grace)
        for team in due:
            rounds = await removed.delete_workspace(team, self.ports.now())
            log.info("workspace_deleted", team=team, rounds=rounds)
        return len(due)

    async def _note_removal(self, team: str, installation_id: str) -> None:
        await self.storage.removed_workspaces.add(team, installation_id, self.ports.now())

    async def _void_rounds(self, teams: Sequence[str]) -> int:
        rounds, voided = self.storage.rounds, 0
        for team in teams:
            for round_id in await rounds.list_open(team):
                voided += await rounds.void(round_id, UNINSTALLED)
        return voided
