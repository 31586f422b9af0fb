"""What the doors show: productions, characters, faces with their pictures, and histories, as a caller may see them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from bot.domain.door_token import Scope
from bot.domain.errors import NotAvailableHere
from bot.domain.face import Character, Face, Portrait
from bot.domain.ids import ChannelRef
from bot.domain.passport import PassportKind
from bot.domain.production import Production
from bot.domain.target import Reporter, ReportSource, TargetInput
from bot.domain.upscale import Upscale
from bot.imaging.pictures import run_in_thread, scaled_preview
from bot.ports.roster import Page, RosterQuery
from bot.usecases.access import Permissions, visible_channels
from bot.usecases.character_sheet import CharacterSheets, SheetListing
from bot.usecases.door_access import Caller, ports_for
from bot.usecases.download import load_context
from bot.usecases.face_record import face_record
from bot.usecases.history import CharacterHistory, History
from bot.usecases.passport import Passport, Passports
from bot.usecases.passport_signing import PassportSigning
from bot.usecases.ports import Ports
from bot.usecases.previews import get_preview
from bot.usecases.recall import Recall, RecallResult
from bot.usecases.targets import TargetList, Targets

PictureKind = Literal["original", "finish"]


@dataclass(frozen=True)
class ShownFace:
    """A face with its kept upscale."""

    face: Face
    upscale: Upscale | None

    def portrait(self, kind: PictureKind) -> Portrait:
        """Return one of the stored pictures; raises NotAvailableHere without one."""
        portrait = self.face.portrait if kind == "original" else self.upscale and self.upscale.portrait
        if not portrait:
            raise NotAvailableHere("no_finish")
        return portrait


class DoorReading:
    """Reads for one caller, through the use cases that Slack's listeners call."""

    def __init__(self, ports: Ports, caller: Caller) -> None:
        self._ports = ports_for(ports, caller)
        self._caller = caller
        self._recall = Recall(self._ports)
        self._targets = Targets(self._ports, Permissions(self._ports), self._recall)

    async def list_productions(self) -> Sequence[Production]:
        """List the productions with a channel that the caller sees, by name; each with those channels only."""
        found = []
        for production in await self._ports.storage.productions.list_all(self._caller.place.team):
            if self._caller.production_id not in ("", production.id):
                continue
            places = {ChannelRef(production.home.team, channel) for channel in production.channels}
            if channels := sorted(place.channel for place in await self._visible(places)):
                channel = production.home.channel if production.home.channel in channels else channels[0]
                home = replace(production.home, channel=channel)
                found.append(replace(production, home=home, channels=tuple(channels)))
        return found

    async def list_characters(self, text: str, limit: int, offset: int, *, only_with_face: bool) -> Page:
        """List characters by name; `text` matches within names and aliases."""
        places = {section.place for section in await self._ports.storage.roster.sections(self._caller.place.team)}
        visible = tuple(sorted(await self._visible(places), key=lambda place: place.channel))
        query = RosterQuery(visible, self._caller.production_id, text, only_with_face)
        return await self._ports.storage.roster.page(query, limit, offset) if visible else Page((), 0)

    async def get_character(self, character_id: str) -> RecallResult:
        """Return a character with its face, open round and earlier faces; raises NotAvailableHere."""
        found = await self._recall.recall_by_id(character_id, self._caller.person, self._caller.place)
        return self._checked(found)

    async def recall(self, name: str) -> RecallResult:
        """Find a face by its character's name, or the nearest names."""
        found = await self._recall.recall(name, self._caller.person, self._caller.place)
        return self._checked(found) if found.kind in ("face", "casting", "unlocked") else found

    async def get_face(self, face_id: str) -> ShownFace:
        """Return a face that the caller may see; raises NotAvailableHere."""
        face = await self._recall.get_face(face_id, self._caller.person)
        if face.place.team != self._caller.place.team:
            raise NotAvailableHere("unknown")
        return ShownFace(face, await self._recall.get_upscale(face))

    async def list_versions(self, face_id: str) -> Sequence[Face]:
        """List every face of the same character that the caller may see, newest first; raises NotAvailableHere."""
        await self.get_face(face_id)
        return await self._recall.list_versions(face_id, self._caller.person)

    async def get_history(self, character_id: str) -> CharacterHistory:
        """Return the events of a character that the caller may see; raises NotAvailableHere."""
        await self.get_character(character_id)
        return await History(self._ports, self._recall).get_by_id(character_id, self._caller.person, self._caller.place)

    async def get_record(self, shown: ShownFace) -> dict[str, Any]:
        """Return the record that a download contains, without names of people."""
        context = await load_context(shown.face, shown.upscale, self._ports.storage)
        return face_record(shown.face, shown.upscale, context)

    async def get_passport(self, shown: ShownFace, kind: PassportKind) -> Passport:
        """Return the signed passport of a picture, with what a check of it found; raises PassportUnavailable."""
        return await Passports(self._ports, self._recall, PassportSigning(self._ports)).of_face(shown.face, kind)

    async def get_sheet(self, face_id: str) -> SheetListing:
        """Return the character sheet of a face; raises NotAvailableHere."""
        sheets = CharacterSheets(self._ports, Permissions(self._ports))
        return await sheets.list_views(face_id, self._caller.person)

    async def get_stored(self, portrait: Portrait) -> bytes:
        """Return the bytes of a picture that the caller may see; raises PortraitMissing."""
        return await self._ports.storage.portraits.get(portrait.key)

    async def list_targets(self, shown: ShownFace) -> TargetList:
        """Return what people and programs reported about the face in the tools that use it."""
        return await self._targets.list_for(shown.face)

    async def report_target(self, shown: ShownFace, report: TargetInput) -> bool:
        """Store what a program reports about the face; False if it says nothing new.

        Raises DoorRefused without the scope, PermissionDenied, BriefError for a target the production does not use.
        """
        self._caller.require_scope(Scope.REPORT)
        assert self._caller.token
        await Permissions(self._ports).require_report(shown.face.place, self._caller.person)
        reporter = Reporter(ReportSource.TOKEN, self._caller.person, self._caller.token.name)
        return await self._targets.report_by_program(shown.face, report, reporter)

    async def get_preview(self, shown: ShownFace, side: int) -> bytes:
        """Return a JPEG of at most `side` pixels on its long side; raises PortraitMissing."""
        preview = await get_preview(self._ports.storage.portraits, shown.face.round_id, shown.face.slot_id)
        return await run_in_thread(scaled_preview, preview, side)

    async def _visible(self, places: set[ChannelRef]) -> set[ChannelRef]:
        access = self._ports.channel_access
        return places & await visible_channels(access, places, self._caller.person, self._caller.place)

    def _checked(self, found: RecallResult) -> RecallResult:
        """Raise NotAvailableHere without exactly one character, or for one of another workspace or production."""
        characters = [c for c in found.characters if self._may_show(c)]
        if len(characters) != 1 or found.kind not in ("face", "casting", "unlocked"):
            raise NotAvailableHere("unknown")
        return found

    def _may_show(self, character: Character) -> bool:
        is_own_production = self._caller.production_id in ("", character.production_id)
        return character.place.team == self._caller.place.team and is_own_production
