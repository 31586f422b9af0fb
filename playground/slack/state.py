"""The workspaces as a page or a script sees them."""

from dataclasses import asdict, dataclass

from playground.people import Person, Place
from playground.slack import files, messages
from playground.slack.store import Json
from playground.slack.world import World


@dataclass(frozen=True, slots=True)
class Look:
    """What to look at: with a person what they see of their own workspace, else everything of all.

    `limit` is the top-level messages of each channel.
    """

    person: Person | None = None
    channel: str | None = None
    thread: str | None = None
    limit: int = 100
    before: str | None = None


def picture(world: World, look: Look) -> Json:
    """The JSON of `GET /control/state`."""
    person, team = (look.person.id, look.person.team) if look.person else (None, None)
    places = [place for place in world.places(team) if person is None or person in world.readers(place)]
    talk = [place for place in places if look.channel in (None, place.id)]
    pages = {place.id: _page(world, place, look) for place in talk}
    views = [view for view in world.store.things("view") if person in (None, view["user"])]
    whispers = world.store.ephemerals(person, look.limit)
    threads = {key: _threads(world, key, top) for key, (top, _) in pages.items()}
    modals = sorted((view for view in views if view["type"] == "modal"), key=lambda view: view["opened"])
    return {
        "version": world.live.version,
        "workspaces": [world.workspace(one) for one in world.teams() if team in (None, one.id)],
        "people": [asdict(one) for one in world.people(team)],
        "channels": [world.shown(place) for place in places],
        "messages": {key: top for key, (top, _) in pages.items()},
        "threads": threads,
        "more": {key: more for key, (_, more) in pages.items()},
        "ephemerals": [row for row in whispers if look.channel in (None, row["channel"])],
        "views": modals,
        "homes": {view["user"]: view for view in views if view["type"] == "home"},
        "files": _files(world, [[top for top, _ in pages.values()], threads, whispers, views]),
    }


def _page(world: World, place: Place, look: Look) -> tuple[list[Json], bool]:
    if look.thread and look.channel:
        parent = world.store.message(place.id, look.thread)
        rows, more = ([parent] if parent else []), False
    else:
        rows = world.store.newest(place.id, look.limit + 1, look.before)
        rows, more = rows[: look.limit], len(rows) > look.limit
    return [messages.shown(world, place.id, row) for row in reversed(rows)], more


def _threads(world: World, channel: str, top: list[Json]) -> Json:
    return {row["ts"]: messages.thread(world, channel, row["ts"]) for row in top if row.get("reply_count")}


def _files(world: World, shown: object) -> Json:
    found = (world.store.thing("file", key) for key in sorted(set(files.named_in(shown))))
    return {file["id"]: files.on_page(world, file) for file in found if file and not file.get("deleted")}
