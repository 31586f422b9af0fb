"""Permissions of a production, and which channels a person may see."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from bot.domain.errors import BriefError, LeadDeactivated, NotAvailableHere, PermissionDenied
from bot.domain.face import Character, Face
from bot.domain.ids import ChannelRef
from bot.domain.round import Round
from bot.domain.round_state import RoundState
from bot.domain.service_errors import SlackUnavailable
from bot.ports.messaging import ChannelAccess
from bot.usecases.ports import Ports, UseCase

# Slack calls at a time.
_CONCURRENT_CHECKS = 8


@dataclass(frozen=True, slots=True)
class Permissions(UseCase):
    """The permissions of productions; each call reads the current settings.

    `admins` and administrators of the workspace may always change settings. A permission whose named people have all
    left the workspace counts as unset.
    """

    async def require_start(self, place: ChannelRef, person: str) -> None:
        """Raise PermissionDenied unless the person may start a round, which spends money.

        Raises SlackUnavailable if Slack does not say who the person is.
        """
        settings = await self.settings_of(place)
        await self._require_named("start", settings.may_start, place, person)
        if settings.may_spend or person not in settings.may_start:
            await self._require_named("spend", settings.may_spend, place, person)

    async def require_spend(self, place: ChannelRef, person: str) -> None:
        """Raise PermissionDenied unless the person may spend money in a round that exists."""
        await self._require_named("spend", (await self.settings_of(place)).may_spend, place, person)

    async def require_report(self, place: ChannelRef, person: str) -> None:
        """Raise PermissionDenied for guests and people of other organizations, unless they may start rounds by name."""
        named = (await self.settings_of(place)).may_start
        if person not in named:
            await self._require_named("report", (), place, person)

    async def require_settings_change(self, place: ChannelRef, person: str) -> None:
        """Raise PermissionDenied unless the person may change the settings of the production."""
        if not await self.is_administrator(place, person):
            named = (await self.settings_of(place)).may_change_settings
            await self._require_named("keep", named, place, person)

    async def may_change_settings(self, place: ChannelRef, person: str) -> bool:
        """Return whether the person sees the production's channel and may change its settings."""
        try:
            await self.require_settings_change(place, person)
        except PermissionDenied:
            return False
        return await self.ports.channel_access.can_see(person, place)

    async def is_administrator(self, place: ChannelRef, person: str) -> bool:
        """Return whether the person administers Castroom or the workspace; raises SlackUnavailable."""
        return person in self.ports.admins or (await self.ports.user_directory.get_user(place.team, person)).is_admin

    async def require_lock(self, round_: Round, person: str, action: str = "lock") -> None:
        """Raise PermissionDenied or NotLead unless the person may lock or unlock a face.

        If the production names people for it, only they may; otherwise the lead of the round may.
        """
        may_lock = (await self.settings_of(round_.place)).may_lock
        if person in may_lock:
            return
        if await self.has_active(round_.place, may_lock):
            raise PermissionDenied("lock", may_lock)
        await self.require_lead(round_, person, action)

    async def require_sees_face(self, character: Character | None, place: ChannelRef, person: str) -> None:
        """Raise NotAvailableHere if a round in `place` would replace a face that the person may not see."""
        face = character.face if character else None
        if face and face.place != place and not await self.ports.channel_access.can_see(person, face.place):
            raise NotAvailableHere("cast_elsewhere")

    async def require_lead(self, round_: Round, person: str, action: str) -> None:
        """Raise NotLead unless the person leads the round, or LeadDeactivated if its lead left the workspace."""
        is_active = round_.state is not RoundState.VOID
        if is_active and person != round_.lead and await self.is_deactivated(round_.place, round_.lead):
            raise LeadDeactivated(action, round_.lead, round_.id)
        round_.require_lead(person, action)

    async def get_led(self, round_id: str, person: str, action: str) -> Round:
        """Return a round that the person leads; raises as `require_lead`."""
        round_ = await self.storage.rounds.get(round_id)
        await self.require_lead(round_, person, action)
        return round_

    async def deciders_for(self, round_: Round) -> tuple[str, ...]:
        """Return who decides about a round's money when its payer has left: the lead, and who may change settings."""
        named = (await self.settings_of(round_.place)).may_change_settings
        people = dict.fromkeys((round_.lead, *named))
        return tuple([person for person in people if not await self.is_deactivated(round_.place, person)])

    async def require_voters(self, place: ChannelRef, voters: tuple[str, ...]) -> None:
        """Raise BriefError if a named voter can never vote, because a vote that waits for them never ends.

        A voter passes while Slack does not answer.
        """
        unable = []
        for person in voters:
            try:
                user = await self.ports.user_directory.get_user(place.team, person)
            except SlackUnavailable:
                continue
            if not user.is_human or user.is_deactivated:
                unable.append(user.name or person)
        if unable:
            raise BriefError("voters", "unable", ", ".join(unable))

    async def is_deactivated(self, place: ChannelRef, person: str) -> bool:
        """Return whether the account is closed; False while Slack does not answer."""
        try:
            return (await self.ports.user_directory.get_user(place.team, person)).is_deactivated
        except SlackUnavailable:
            return False

    async def _require_named(
        self,
        action: Literal["start", "spend", "keep", "report"],
        allowed: tuple[str, ...],
        place: ChannelRef,
        person: str,
    ) -> None:
        if person in allowed:
            return
        if await self.has_active(place, allowed):
            raise PermissionDenied(action, allowed)
        user = await self.ports.user_directory.get_user(place.team, person)
        if user.is_guest or not user.is_human:
            raise PermissionDenied(action, (), is_guest=True, is_external=user.is_external)

    async def has_active(self, place: ChannelRef, people: Iterable[str]) -> bool:
        """Return whether one of the people is still in the workspace."""
        for person in people:
            if not await self.is_deactivated(place, person):
                return True
        return False


@dataclass(frozen=True, slots=True)
class PermittedUseCase(UseCase):
    """A use case that asks for permissions."""

    permissions: Permissions


async def require_shown(ports: Ports, face: Face, person: str) -> None:
    """Raise NotAvailableHere unless the person may see the face, or while a report hides it."""
    if not await ports.channel_access.can_see(person, face.place):
        raise NotAvailableHere("unknown")
    if (await ports.storage.rounds.get(face.round_id)).is_face_hidden:
        raise NotAvailableHere("reported")


async def is_visible_to_all(channel_access: ChannelAccess, channel: ChannelRef, place: ChannelRef) -> bool:
    """Return whether everyone in `place` may see what was cast in `channel`.

    People of other organizations, who may be in `place`, see only the channels that they are in.
    """
    if channel == place:
        return True
    return not await channel_access.is_private(channel) and not await channel_access.has_outsiders(place)


async def visible_characters(
    channel_access: ChannelAccess, characters: Sequence[Character], person: str, place: ChannelRef
) -> list[Character]:
    """Return the characters that the person may see; the person is in `place`."""
    visible = await visible_channels(channel_access, {c.place for c in characters}, person, place)
    return [c for c in characters if c.place in visible]


async def visible_channels(
    channel_access: ChannelAccess, places: Iterable[ChannelRef], person: str, place: ChannelRef
) -> frozenset[ChannelRef]:
    """Return the channels that the person may see, and `place`, which the person is in.

    The first check runs alone: it fills the directory's cache with the person for the checks after it.
    """
    others = [channel for channel in places if channel != place]
    results: list[bool] = []
    for batch in (others[:1], *(others[n : n + _CONCURRENT_CHECKS] for n in range(1, len(others), _CONCURRENT_CHECKS))):
        results += await asyncio.gather(*(channel_access.can_see(person, channel) for channel in batch))
    return frozenset([place, *(channel for channel, can_see in zip(others, results, strict=True) if can_see)])
