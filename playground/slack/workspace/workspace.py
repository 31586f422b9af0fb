"""The practice workspaces as a whole: their state and their connections."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, replace
from pathlib import Path

import msgspec

from playground.seed_data import BOT, INSTALLS, PEOPLE, PLACES, SLACKBOT, TEAMS, Install, Person, Place, Team
from playground.slack.core.background import Background
from playground.slack.core.call_log import CallLog
from playground.slack.core.faults import Faults
from playground.slack.core.live_updates import LiveUpdates
from playground.slack.core.rate_limits import RateLimiter
from playground.slack.core.settings import Settings
from playground.slack.core.store import Json, Store
from playground.slack.core.trigger_ids import TriggerIds
from playground.slack.delivery.dispatcher import DeliveryDispatcher
from playground.slack.delivery.http_mode import HttpMode
from playground.slack.delivery.socket_mode import SocketMode


class Workspace:
    """The state of all workspaces; `open_workspace` creates it."""

    def __init__(self, folder: Path, background: Background) -> None:
        self.folder = folder
        self.background = background
        self.store = Store(folder)
        self.live_updates = LiveUpdates()
        self.sockets = SocketMode(self._publish_apps)
        self.dispatcher = DeliveryDispatcher(self.sockets, background, Settings())
        self.trigger_ids = TriggerIds()
        self.rate_limiter = RateLimiter()
        self.faults = Faults()
        self.call_log = CallLog()
        self.address = "http://127.0.0.1"
        # Teams whose bot token was used since the start.
        self.served_teams: set[str] = set()
        self.seed()
        self.set_request_url(self.store.get_document("setting", "request_url"))

    @property
    def settings(self) -> Settings:
        return self.dispatcher.settings

    def set_request_url(self, request_url: Json | None) -> None:
        """Reach the app over HTTP from now on, or over its sockets without a URL."""
        self.dispatcher.transport = HttpMode(request_url["url"]) if request_url else self.sockets
        if request_url:
            self.store.set_document("setting", "request_url", request_url)
        else:
            self.store.delete_document("setting", "request_url")

    def reset(self) -> None:
        """Restore the initial state without faults; only counters continue."""
        self.store.clear()
        self.dispatcher.settings = Settings()
        self.dispatcher.deliveries.clear()
        self.rate_limiter, self.faults, self.call_log = RateLimiter(), Faults(), CallLog()
        self.seed()
        self.set_request_url(None)
        self.live_updates.publish({"kind": "everything"})

    def seed(self) -> None:
        """Add the practice people and channels; an existing workspace stays unchanged."""
        for team in TEAMS:
            if self.store.get_document("team", team.id) is None:
                self._seed_team(team)

    def teams(self) -> list[Team]:
        return [msgspec.convert(body, Team) for body in self.store.list_documents("team")]

    def people(self, team: str | None = None) -> list[Person]:
        """Return the people of one workspace or of all; Slackbot is the same everywhere."""
        found = [msgspec.convert(body, Person) for body in self.store.list_documents("person")]
        return [person for person in found if team in (None, person.team) or person.id == SLACKBOT]

    def places(self, team: str | None = None) -> list[Place]:
        found = [msgspec.convert(body, Place) for body in self.store.list_documents("place")]
        return [place for place in found if team in (None, place.team)]

    def person(self, key: str) -> Person | None:
        body = self.store.get_document("person", key)
        return msgspec.convert(body, Person) if body else None

    def member(self, team: str, key: str) -> Person | None:
        """Return a person of this workspace; None for people of another one."""
        person = self.person(key)
        return person if person and (person.team == team or key == SLACKBOT) else None

    def place(self, key: str) -> Place | None:
        body = self.store.get_document("place", key)
        return msgspec.convert(body, Place) if body else None

    def installs(self) -> list[Install]:
        return [msgspec.convert(body, Install) for body in self.store.list_documents("install")]

    def install(self, team: str) -> Install:
        return next(install for install in self.installs() if install.team == team)

    def organization_of(self, team: str) -> Json | None:
        """Return the organization of a workspace on Enterprise Grid: its id, name and workspaces."""
        return next((each for each in self.store.list_documents("organization") if team in each["teams"]), None)

    def save_install(self, install: Install) -> None:
        self.store.set_document("install", install.team, asdict(install))
        self._publish_app(install.team)

    def save_person(self, person: Person) -> None:
        self.store.set_document("person", person.id, asdict(person))
        patch = {"kind": "person", "id": person.id, "value": asdict(person)}
        self.live_updates.publish(patch, readers=self.member_ids(person.team))

    def save_place(self, place: Place) -> None:
        self.store.set_document("place", place.id, asdict(place))
        self.live_updates.publish(
            {"kind": "channel", "id": place.id, "value": self.place_to_json(place)}, readers=self.reader_ids(place)
        )

    def move_place(self, place: Place, new_id: str) -> Place:
        """Replace a channel's id, with its messages and what else names it."""
        moved = replace(place, id=new_id)
        self.store.rename_channel(place.id, new_id)
        self.store.delete_document("place", place.id)
        self.live_updates.publish({"kind": "channel", "id": place.id, "value": None}, readers=self.reader_ids(place))
        self.save_place(moved)
        return moved

    def deactivate(self, person: Person) -> Person:
        """Deactivate an account, as an administrator does: the person stays known, and leaves all channels."""
        deactivated = replace(person, deleted=True)
        for place in self.places(person.team):
            if place.kind != "im" and person.id in place.members:
                self.leave(place, person.id)
        self.save_person(deactivated)
        return deactivated

    def join(self, place: Place, person: str) -> Place:
        updated = replace(place, members=(*place.members, person))
        self.save_place(updated)
        return updated

    def leave(self, place: Place, person: str) -> Place:
        updated = replace(place, members=tuple(member for member in place.members if member != person))
        self.save_place(updated)
        return updated

    def member_ids(self, team: str) -> set[str]:
        """Return the ids of a workspace's people, who get changes of the workspace."""
        return {person.id for person in self.people(team)}

    def reader_ids(self, place: Place) -> set[str]:
        """Return who can read a channel: its members, and everyone else of the workspace for a public one."""
        if place.kind != "public":
            return set(place.members)
        return {person.id for person in self.people(place.team) if not person.is_limited or person.id in place.members}

    def connected_homes(self, place: Place) -> list[str]:
        """Return the other workspaces and organizations that share a channel."""
        members = (self.person(member) for member in place.members)
        return sorted({person.home for person in members if person and person.home})

    def place_to_json(self, place: Place) -> dict[str, object]:
        """Return a channel for the page."""
        body = asdict(place) | {"latest": self.store.latest_ts(place.id)}
        if place.kind == "im":
            bot = self.install(place.team).bot
            body["user"] = next((member for member in place.members if member != bot), BOT)
        return body

    def team_to_json(self, team: Team) -> dict[str, object]:
        """Return a team with its app for the page."""
        install = self.install(team.id)
        commands = [asdict(command) for command in install.commands]
        app = {
            "app": install.app,
            "bot": install.bot,
            "connected": install.active and self.dispatcher.transport.connected,
            "served": team.id in self.served_teams,
            "commands": commands,
            "shortcuts": [asdict(shortcut) for shortcut in install.shortcuts],
        }
        return asdict(team) | app

    def _publish_apps(self) -> None:
        for key in self.store.list_keys("team"):
            self._publish_app(key)

    def _publish_app(self, key: str) -> None:
        team = msgspec.convert(self.store.get_document("team", key), Team)
        patch = {"kind": "workspace", "id": team.id, "value": self.team_to_json(team)}
        self.live_updates.publish(patch, readers=self.member_ids(team.id))

    def _seed_team(self, team: Team) -> None:
        self.store.set_document("team", team.id, asdict(team))
        for install in INSTALLS:
            if install.team == team.id:
                self.save_install(install)
        for person in PEOPLE:
            if person.team == team.id:
                self.store.set_document("person", person.id, asdict(person))
        for place in PLACES:
            if place.team == team.id:
                self.store.set_document("place", place.id, asdict(place))


@asynccontextmanager
async def open_workspace(folder: Path) -> AsyncIterator[Workspace]:
    async with Background() as background:
        workspace = Workspace(folder, background)
        try:
            yield workspace
        finally:
            workspace.store.close()
