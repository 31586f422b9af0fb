"""A file put into a modal, through a real Bolt app."""

from io import BytesIO
from typing import Any

import httpx
from PIL import Image

from playground.seed_data import HARBOUR
from tests.contract.practice_slack.test_practice_slack_views import plain_text
from tests.support.practice_slack import PracticeWorkspace
from tests.support.time_factor import scaled


def make_png() -> bytes:
    out = BytesIO()
    Image.new("RGB", (40, 50), "teal").save(out, "PNG")
    return out.getvalue()


def file_form(kind: str = "modal") -> dict[str, Any]:
    field = {"type": "file_input", "action_id": "f", "filetypes": ["png", "jpeg"], "max_files": 1}
    block = {"type": "input", "block_id": "file", "label": plain_text("File"), "element": field}
    modal = {"callback_id": "file", "title": plain_text("File"), "submit": plain_text("Go")} if kind == "modal" else {}
    return {"type": kind, "blocks": [block], **modal}


async def attach_file(workspace: PracticeWorkspace, person: str, name: str) -> str:
    answer = await workspace.http.post(f"/control/people/{person}/attach", files={"file": (name, make_png())})
    assert answer.json()["ok"], answer.text
    return str(answer.json()["file"]["id"])


async def test_file_input_checks_type_count_and_owner(workspace: PracticeWorkspace) -> None:
    app, submitted = workspace.bolt_app(), []

    @app.command("/cast")
    async def cast(ack: Any, command: Any, client: Any) -> None:
        await client.views_open(trigger_id=command["trigger_id"], view=file_form())
        await ack()

    @app.view("file")
    async def submit(ack: Any, view: Any) -> None:
        submitted.append(view["state"]["values"]["file"]["f"])
        await ack()

    async def send(*keys: str) -> Any:
        return await workspace.act("lena", "submit", view_id=view["id"], values={"file": list(keys)})

    async with workspace.connected(app):
        await workspace.act("lena", "command", channel=HARBOUR, command="/cast", text="")
        view = (await workspace.get("state", user="lena"))["views"][-1]
        own, other = await attach_file(workspace, "lena", "maya.JPG"), await attach_file(workspace, "lena", "maya.gif")
        theirs = await attach_file(workspace, "mei", "maya.png")
        assert (await send())["errors"] == {"file": "Please complete this required field."}
        assert (await send(own, own))["errors"] == {"file": "Please attach no more than 1 files."}
        assert (await send(other))["errors"] == {"file": "Only these file types are allowed: png, jpeg."}
        assert (await send(theirs))["errors"] == {"file": "This file is not there any more."}
        assert submitted == []
        assert (await send(own))["ok"]
    (file,) = submitted[0]["files"]
    assert (file["id"], file["name"], file["size"]) == (own, "maya.JPG", len(make_png()))
    async with httpx.AsyncClient(trust_env=False, timeout=scaled(10)) as client:
        authorized = await client.get(file["url_private"], headers={"Authorization": f"Bearer {workspace.slack.token}"})
        page = await client.get(file["url_private"])
    assert (authorized.content, page.headers["content-type"].partition(";")[0]) == (make_png(), "text/html")


async def test_file_inputs_are_allowed_in_modals_only(workspace: PracticeWorkspace) -> None:
    error = await workspace.api_error("views.publish", user_id="U0LENAORTIZ", view=file_form("home"))
    assert "file_input" in str(error["response_metadata"])
