"""Files that people put into a modal: the checks of Slack's client, and how the app gets the files.

docs.slack.dev, "File input": `filetypes` are extensions, `max_files` is ten by default; the app gets whole file
objects.
"""

from playground.seed_data import Person
from playground.slack.block_kit.elements import interactive_elements
from playground.slack.core.store import Json
from playground.slack.workspace import files, uploads
from playground.slack.workspace.messages import person_author
from playground.slack.workspace.workspace import Workspace

_MAX_FILES = 10
_EXTENSION_ALIASES = {"jpeg": "jpg"}


async def attach(workspace: Workspace, person: Person, name: str, body: bytes) -> Json:
    """Upload a file from the person's disk; it is not shared until a modal with it is submitted."""
    file = uploads.start_upload(workspace, person.team, person.id, name, len(body), "")
    await uploads.store_upload(workspace, file, body)
    author = person_author(person.id, person.team)
    (done,) = uploads.complete_upload(workspace, person.team, {file["id"]: name}, None, author, None, "")
    return files.to_page_file(workspace, done)


def validation_error(workspace: Workspace, person: Person, element: Json, keys: list[str]) -> str | None:
    """Return the error that Slack's client would report."""
    if len(keys) > element.get("max_files", _MAX_FILES):
        return f"Please attach no more than {element.get('max_files', _MAX_FILES)} files."
    allowed = {_EXTENSION_ALIASES.get(extension, extension) for extension in element.get("filetypes", [])}
    for key in keys:
        file = workspace.store.get_document("file", key)
        if file is None or file["user"] != person.id or file.get("deleted") or not file["ready_at"]:
            return "This file is not there any more."
        extension = file["name"].rpartition(".")[2].lower()
        if allowed and _EXTENSION_ALIASES.get(extension, extension) not in allowed:
            return f"Only these file types are allowed: {', '.join(element['filetypes'])}."
    return None


def with_file_objects(workspace: Workspace, view: Json) -> Json:
    """Return the view with file objects instead of ids."""
    values = {block: dict(actions) for block, actions in view["state"]["values"].items()}
    for block, element in interactive_elements(view["blocks"]):
        if element["type"] == "file_input":
            keys = values[block][element["action_id"]]["files"]
            found = [
                files.to_file_object(workspace, file)
                for key in keys
                if (file := workspace.store.get_document("file", key))
            ]
            values[block][element["action_id"]] = {"type": "file_input", "files": found}
    return {**view, "state": {"values": values}}
