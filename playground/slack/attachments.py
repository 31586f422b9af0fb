"""Files that people put into a modal: what Slack's client lets through, and how the app gets them.

docs.slack.dev, "File input": `filetypes` are endings, `max_files` is ten unless told; the app gets whole file objects.
"""

from playground.people import Person
from playground.slack import files, uploads
from playground.slack.inputs import elements
from playground.slack.messages import by_person
from playground.slack.store import Json
from playground.slack.world import World

_MOST = 10
_SAME = {"jpeg": "jpg"}


async def attach(world: World, person: Person, name: str, body: bytes) -> Json:
    """A file from the person's own disk; it stands nowhere until a modal is sent with it."""
    file = uploads.begin(world, person.team, person.id, name, len(body), "")
    await uploads.receive(world, file, body)
    author = by_person(person.id, person.team)
    (done,) = uploads.complete(world, person.team, {file["id"]: name}, None, author, None, "")
    return files.on_page(world, done)


def complaint(world: World, person: Person, element: Json, keys: list[str]) -> str | None:
    """What Slack's client would not let through."""
    if len(keys) > element.get("max_files", _MOST):
        return f"Please attach no more than {element.get('max_files', _MOST)} files."
    allowed = {_SAME.get(ending, ending) for ending in element.get("filetypes", [])}
    for key in keys:
        file = world.store.thing("file", key)
        if file is None or file["user"] != person.id or file.get("deleted") or not file["ready_at"]:
            return "This file is not there any more."
        ending = file["name"].rpartition(".")[2].lower()
        if allowed and _SAME.get(ending, ending) not in allowed:
            return f"Only these file types are allowed: {', '.join(element['filetypes'])}."
    return None


def for_app(world: World, view: Json) -> Json:
    """The view with file objects in the place of ids."""
    values = {block: dict(actions) for block, actions in view["state"]["values"].items()}
    for block, element in elements(view["blocks"]):
        if element["type"] == "file_input":
            keys = values[block][element["action_id"]]["files"]
            found = [files.shown(world, file) for key in keys if (file := world.store.thing("file", key))]
            values[block][element["action_id"]] = {"type": "file_input", "files": found}
    return {**view, "state": {"values": values}}
