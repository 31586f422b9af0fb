"""A file put into a modal, through a real Bolt app."""

from io import BytesIO
from typing import Any

import httpx
from PIL import Image

from playground.people import HARBOUR
from tests.contract.practice_slack.practice import Practice
from tests.contract.practice_slack.test_practice_slack_views import text


def picture() -> bytes:
    out = BytesIO()
    Image.new("RGB", (40, 50), "teal").save(out, "PNG")
    return out.getvalue()


def form(kind: str = "modal") -> dict[str, Any]:
    field = {"type": "file_input", "action_id": "f", "filetypes": ["png", "jpeg"], "max_files": 1}
    block = {"type": "input", "block_id": "file", "label": text("File"), "element": field}
    modal = {"callback_id": "file", "title": text("File"), "submit": text("Go")} if kind == "modal" else {}
    return {"type": kind, "blocks": [block], **modal}


async def attach(practice: Practice, person: str, name: str) -> str:
    answer = await practice.door.post(f"/control/people/{person}/attach", files={"file": (name, picture())})
    assert answer.json()["ok"], answer.text
    return str(answer.json()["file"]["id"])


async def test_a_file_is_refused_by_ending_number_and_owner_and_then_handed_over_whole(practice: Practice) -> None:
    app, taken = practice.bolt(), []

    @app.command("/cast")
    async def cast(ack: Any, command: Any, client: Any) -> None:
        await client.views_open(trigger_id=command["trigger_id"], view=form())
        await ack()

    @app.view("file")
    async def submit(ack: Any, view: Any) -> None:
        taken.append(view["state"]["values"]["file"]["f"])
        await ack()

    async def send(*keys: str) -> Any:
        return await practice.act("lena", "submit", view_id=view["id"], values={"file": list(keys)})

    async with practice.running(app):
        await practice.act("lena", "command", channel=HARBOUR, command="/cast", text="")
        view = (await practice.get("state", user="lena"))["views"][-1]
        own, other = await attach(practice, "lena", "maya.JPG"), await attach(practice, "lena", "maya.gif")
        theirs = await attach(practice, "mei", "maya.png")
        assert (await send())["errors"] == {"file": "Please complete this required field."}
        assert (await send(own, own))["errors"] == {"file": "Please attach no more than 1 files."}
        assert (await send(other))["errors"] == {"file": "Only these file types are allowed: png, jpeg."}
        assert (await send(theirs))["errors"] == {"file": "This file is not there any more."}
        assert taken == []
        assert (await send(own))["ok"]
    (file,) = taken[0]["files"]
    assert (file["id"], file["name"], file["size"]) == (own, "maya.JPG", len(picture()))
    async with httpx.AsyncClient(trust_env=False) as outside:
        ours = await outside.get(file["url_private"], headers={"Authorization": f"Bearer {practice.slack.token}"})
        page = await outside.get(file["url_private"])
    assert (ours.content, page.headers["content-type"].partition(";")[0]) == (picture(), "text/html")


async def test_files_are_for_modals_only(practice: Practice) -> None:
    refusal = await practice.refusal("views.publish", user_id="U0LENAORTIZ", view=form("home"))
    assert "file_input" in str(refusal["response_metadata"])
