"""The state of the workspaces for a page or a script."""

from dataclasses import asdict, dataclass

from playground.seed_data import Person, Place
from playground.slack.core.store import Json
from playground.slack.workspace import files, messages
from playground.slack.workspace.workspace import Workspace


@dataclass(frozen=True, slots=True)
class StateQuery:
    """Which state to return: what a person sees of their own workspace, or everything of all.

    `limit` is the number of top-level messages of each channel.
    """

    person: Person | None = None
    channel: str | None = None
    thread: str | None = None
    limit: int = 100
    before: str | None = None


def build_state(workspace: Workspace, query: StateQuery) -> Json:
    """Build the JSON of `GET /control/state`."""
    person, team = (query.person.id, query.person.team) if query.person else (None, None)
    places = [place for place in workspace.places(team) if person is None or person in workspace.reader_ids(place)]
    queried_places = [place for place in places if query.channel in (None, place.id)]
    pages = {place.id: _message_page(workspace, place, query) for place in queried_places}
    views = [view for view in workspace.store.list_documents("view") if person in (None, view["user"])]
    ephemerals = workspace.store.list_ephemerals(person, query.limit)
    threads = {key: _threads(workspace, key, top) for key, (top, _) in pages.items()}
    modals = sorted((view for view in views if view["type"] == "modal"), key=lambda view: view["opened"])
    return {
        "version": workspace.live_updates.version,
        "workspaces": [workspace.team_to_json(one) for one in workspace.teams() if team in (None, one.id)],
        "people": [asdict(one) for one in workspace.people(team)],
        "channels": [workspace.place_to_json(place) for place in places],
        "messages": {key: top for key, (top, _) in pages.items()},
        "threads": threads,
        "more": {key: more for key, (_, more) in pages.items()},
        "ephemerals": [row for row in ephemerals if query.channel in (None, row["channel"])],
        "views": modals,
        "homes": {view["user"]: view for view in views if view["type"] == "home"},
        "files": _files(workspace, [[top for top, _ in pages.values()], threads, ephemerals, views]),
    }


def _message_page(workspace: Workspace, place: Place, query: StateQuery) -> tuple[list[Json], bool]:
    if query.thread and query.channel:
        parent = workspace.store.get_message(place.id, query.thread)
        rows, has_more = ([parent] if parent else []), False
    else:
        rows = workspace.store.list_messages(place.id, query.limit + 1, query.before)
        rows, has_more = rows[: query.limit], len(rows) > query.limit
    return [messages.to_message_object(workspace, place.id, row) for row in reversed(rows)], has_more


def _threads(workspace: Workspace, channel: str, top: list[Json]) -> Json:
    return {row["ts"]: messages.list_replies(workspace, channel, row["ts"]) for row in top if row.get("reply_count")}


def _files(workspace: Workspace, content: object) -> Json:
    found = (workspace.store.get_document("file", key) for key in sorted(set(files.referenced_file_ids(content))))
    return {file["id"]: files.to_page_file(workspace, file) for file in found if file and not file.get("deleted")}
