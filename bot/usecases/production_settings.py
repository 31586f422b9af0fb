"""Production settings: permitted people change them or join a channel to another production, with an audit log."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bot.domain.audit import AuditEvent
from bot.domain.budget import Caps
from bot.domain.catalogue import ModelSpec
from bot.domain.errors import BriefError, SettingsConflict, SettingsErrors
from bot.domain.ids import ChannelRef
from bot.domain.production import Production, ProductionSettings
from bot.domain.production_settings import OWN_PRODUCTION, PEOPLE_FIELDS, SettingsInput
from bot.domain.retention import Retention, WorkspaceRetention
from bot.domain.users import User
from bot.usecases.access import PermittedUseCase

JOINED, SET_PREFIX = "joined", "set_"
_MAX_CHANGES_SHOWN = 12
_MAX_RECORDS_REDRAWN = 40


@dataclass(frozen=True)
class JoinableProduction:
    """A production that the channel can join: its id or OWN_PRODUCTION, its name, and one of its channels.

    The person is in that channel.
    """

    id: str
    name: str
    channel: str = ""


@dataclass(frozen=True)
class SettingsForm:
    """The current settings of `place`, the available choices, and the last changes, newest first.

    With `has_doors`, programs can be let in with access tokens.
    """

    place: ChannelRef
    channel: str
    production: Production
    joinable: tuple[JoinableProduction, ...]
    models: tuple[ModelSpec, ...]
    changes: tuple[AuditEvent, ...]
    caps: Caps
    retention: Retention
    workspace: WorkspaceRetention
    may_change_workspace: bool
    has_doors: bool = False


@dataclass(frozen=True, slots=True)
class ProductionSettingsEditor(PermittedUseCase):
    """Shows and changes settings. Administrators need not be among the people who may change them."""

    async def form(self, place: ChannelRef, person: str) -> SettingsForm:
        """Return the contents of the form; raises PermissionDenied, SlackUnavailable."""
        await self.permissions.require_settings_change(place, person)
        channel_names = await self.ports.channel_access.list_channels(place.team, person)
        production = await self.storage.productions.get(place)
        audit_events = await self.storage.audit_log.list_for_production(place)
        return SettingsForm(
            place,
            channel_names.get(place.channel, ""),
            production,
            await self._joinable_productions(production, place, channel_names),
            self._selectable_models(production),
            _changes_since_join(audit_events)[:_MAX_CHANGES_SHOWN],
            self.ports.caps,
            self.ports.retention,
            await self.storage.workspace_retentions.get(place.team),
            await self.permissions.is_administrator(place, person),
            bool(self.ports.doors_url),
        )

    async def save(
        self,
        place: ChannelRef,
        person: str,
        expected_digest: str,
        chosen: Mapping[str, tuple[str, ...]],
        expected_workspace: str = "",
    ) -> tuple[AuditEvent, ...]:
        """Save the form and return the changes for the audit log, empty if nothing changed.

        `expected_digest` and `expected_workspace` are the digests of what the form showed of the production and of the
        workspace. Raises PermissionDenied, SettingsErrors, SettingsConflict, NameConflict, SlackUnavailable.
        """
        place = await self.storage.productions.current_channel(place)
        await self.permissions.require_settings_change(place, person)
        settings_input, current = SettingsInput.parse(chosen), await self.storage.productions.get(place)
        if current.digest != expected_digest:
            raise SettingsConflict
        changes = settings_input.changes(current)
        workspace_before = await self.storage.workspace_retentions.get(place.team)
        workspace_changes = settings_input.workspace_changes(workspace_before)
        if settings_input.production:
            if changes or workspace_changes:
                raise SettingsErrors((BriefError("production", "first_join"),))
            return (await self._join(place, person, current, settings_input.production),)
        if errors := (
            *settings_input.cap_errors(self.ports.caps),
            *settings_input.retention_errors(self.ports.retention),
            *await self._workspace_errors(workspace_changes, place, person),
            *await self._lockout_errors(settings_input, current, person),
        ):
            raise SettingsErrors(errors)
        audit_events, workspace_events = (
            self._audit_events(place, person, changed) for changed in (changes, workspace_changes)
        )
        if settings_input.workspace and workspace_events:
            await self.storage.workspace_retentions.save(
                place.team, settings_input.workspace, expected_workspace, workspace_events
            )
        if audit_events:
            await self.storage.productions.save(
                place, settings_input.name, settings_input.settings, *audit_events, expected_digest=expected_digest
            )
        if settings_input.settings.targets != current.settings.targets:
            await self._redraw_records(current)
        return (*audit_events, *workspace_events)

    def _audit_events(
        self, place: ChannelRef, person: str, changes: Sequence[tuple[str, str, str]]
    ) -> tuple[AuditEvent, ...]:
        now = self.ports.now()
        return tuple(
            AuditEvent(SET_PREFIX + field, place, person, now, detail=f"{old}\n{new}") for field, old, new in changes
        )

    async def _workspace_errors(
        self, changes: Sequence[tuple[str, str, str]], place: ChannelRef, person: str
    ) -> tuple[BriefError, ...]:
        """Refuse changes for the whole workspace by people who do not administer it or Castroom."""
        if not changes or await self.permissions.is_administrator(place, person):
            return ()
        return tuple(BriefError(field, "not_administrator") for field, _, _ in changes)

    async def _redraw_records(self, production: Production) -> None:
        """Schedule a redraw of the newest records, which list the pipeline targets."""
        for channel in production.channels:
            for face in (await self.storage.roster.faces_of_channel(channel))[-_MAX_RECORDS_REDRAWN:]:
                if face.place.team == production.home.team:
                    self.ports.publisher.schedule_redraw(face.round_id)

    async def _join(self, place: ChannelRef, person: str, current: Production, production_id: str) -> AuditEvent:
        """Join another production that the person can see and whose settings they may change."""
        channel_names = await self.ports.channel_access.list_channels(place.team, person)
        joinable = {other.id: other for other in await self._joinable_productions(current, place, channel_names)}
        if production_id not in joinable:
            raise SettingsErrors((BriefError("production", "unseen"),))
        productions = await self.storage.productions.list_all(place.team)
        joined = next((p for p in productions if p.home == place), None)
        if production_id != OWN_PRODUCTION:
            joined = other = next(p for p in productions if p.id == production_id)
            await self.permissions.require_settings_change(ChannelRef(place.team, other.channels[0]), person)
        await self._require_no_shut_out(current, joined.settings if joined else ProductionSettings(), place, person)
        old = current.name or f"#{current.home.channel}"
        new = (
            joinable[production_id].name
            or f"#{place.channel if production_id == OWN_PRODUCTION else other.home.channel}"
        )
        audit_event = AuditEvent(JOINED, place, person, self.ports.now(), detail=f"{old}\n{new}")
        await self.storage.productions.join(
            place, "" if production_id == OWN_PRODUCTION else production_id, audit_event, current.digest
        )
        return audit_event

    async def _require_no_shut_out(
        self, current: Production, new: ProductionSettings, place: ChannelRef, person: str
    ) -> None:
        """Raise SettingsErrors if the channel's people would lose a permission in the production that it joins."""
        if await self.permissions.is_administrator(place, person):
            return
        here = replace(current, channels=(place.channel,))
        fields = ("may_change_settings",) if current.settings.may_change_settings else PEOPLE_FIELDS
        for field in fields:
            old = getattr(current.settings, field)
            if error := await self._shut_out_error(field, old, getattr(new, field), here, person):
                raise SettingsErrors((replace(error, field="production"),))

    async def _joinable_productions(
        self, current: Production, place: ChannelRef, channel_names: Mapping[str, str]
    ) -> tuple[JoinableProduction, ...]:
        """List the channel's own production if it joined another one, then the productions that the person is in."""
        productions = await self.storage.productions.list_all(place.team)
        own_production = next((p for p in productions if p.home == place), None)
        own = []
        if current.home != place:
            own.append(JoinableProduction(OWN_PRODUCTION, own_production.name if own_production else ""))
        found = []
        for production in productions:
            shared = [channel for channel in production.channels if channel in channel_names]
            if shared and production.id != current.id and production is not own_production:
                channel = production.home.channel if production.home.channel in shared else shared[0]
                found.append(JoinableProduction(production.id, production.name, channel_names[channel]))
        return (*own, *sorted(found, key=lambda other: (other.name or other.channel).casefold()))

    def _selectable_models(self, production: Production) -> tuple[ModelSpec, ...]:
        """List the models that are available today or already chosen."""
        today = self.ports.now().date()
        selected = production.settings.models
        return tuple(
            m for m in self.ports.catalogue.models if self.ports.catalogue.is_available(m, today) or m.id in selected
        )

    async def _lockout_errors(
        self, settings_input: SettingsInput, current: Production, person: str
    ) -> tuple[BriefError, ...]:
        """Refuse a change that would take the person's own permission, or that of everyone else who had it.

        Without named people, the leads of the production had the permission. An administrator may do both.
        """
        if await self.permissions.is_administrator(current.home, person):
            return ()
        old, new = current.settings, settings_input.settings
        is_changed = new.may_change_settings not in ((), old.may_change_settings)
        if is_changed and person not in new.may_change_settings:
            return (BriefError("may_change_settings", "yourself"),)
        # People named to change settings may also decide who starts, spends and locks.
        fields = ("may_change_settings",) if old.may_change_settings else PEOPLE_FIELDS
        errors = [
            await self._shut_out_error(field, getattr(old, field), getattr(new, field), current, person)
            for field in fields
        ]
        return tuple(error for error in errors if error)

    async def _shut_out_error(
        self, field: str, old: tuple[str, ...], new: tuple[str, ...], current: Production, person: str
    ) -> BriefError | None:
        """Return an error if none of the others who had the permission keeps it."""
        # An empty list permits everyone, except for locks: those go back to the leads.
        if new == old or (not new and (field != "may_lock" or person in old)):
            return None
        others = [(other, user) for other, user in await self._had_permission(old, current) if other != person]
        if not others or {other for other, _ in others} & set(new):
            return None
        return BriefError(field, "shuts_out", allowed=tuple(user.name or other for other, user in others))

    async def _had_permission(self, named: tuple[str, ...], production: Production) -> list[tuple[str, User]]:
        """Return the named people, or else the leads; without those who left, and guests who were not named."""
        team = production.home.team
        people = named or await self.storage.rounds.list_leads(team, production.channels)
        found = [(person, await self.ports.user_directory.get_user(team, person)) for person in people]
        return [(person, user) for person, user in found if not user.is_deactivated and (named or not user.is_guest)]


def _changes_since_join(audit_events: Sequence[AuditEvent]) -> tuple[AuditEvent, ...]:
    """Return the changes of settings, newest first, since the channel last joined.

    Changes in another production stay hidden, because not everybody in this channel may see it.
    """
    changes: list[AuditEvent] = []
    for audit_event in audit_events:
        if audit_event.action == JOINED:
            changes = [d for d in changes if d.place != audit_event.place]
        if audit_event.action == JOINED or audit_event.action.startswith(SET_PREFIX):
            changes.append(audit_event)
    return tuple(reversed(changes))
