"""Timings of a round, from Slack's calls: milliseconds since the bot received the command."""

from collections.abc import Callable

from playground.control.client import ControlClient, Json


async def timings(control_client: ControlClient, ts: str, name: str) -> dict[str, float]:
    """Return the timings of the round whose message is `ts`, and of the recall of `name`.

    `slowest_model_ms` is the duration of the slowest model. `sheet_ms` ends when Slack accepts the update with the
    sheet. `upload_wait_ms` is the part of it from the end of the sheet's upload until the file is ready.
    """
    commands = (await control_client.get("deliveries", kind="slash_commands", limit=500))["deliveries"]
    cast = next(d for d in reversed(commands) if d["payload"]["text"].startswith(f"{name}:"))
    recall = next(d for d in reversed(commands) if d["payload"]["text"].strip() == name)
    start = cast["sent_at"]
    generations = [c for c in await control_client.usage() if c["at"] >= start and c["outcome"] == "delivered"]
    sheet_update = _first_call(
        await control_client.calls("chat.update"),
        lambda c: c["arguments"]["ts"] == ts and _sheet_file_id(c) is not None,
    )
    ephemerals = await control_client.calls("chat.postEphemeral")
    recall_answer = _first_call(ephemerals, lambda c: bool(c["at"] >= recall["sent_at"]))
    return {
        "ack_ms": round(cast["ack_ms"], 1),
        "first_candidate_ms": _ms(min(c["at"] + c["seconds"] for c in generations) - start),
        "sheet_ms": _ms(_finished_at(sheet_update) - start),
        "slowest_model_ms": _ms(max(c["seconds"] for c in generations)),
        "upload_wait_ms": _ms(await _upload_wait(control_client, _sheet_file_id(sheet_update) or "")),
        "recall_ms": _ms(_finished_at(recall_answer) - recall["sent_at"]),
    }


async def _upload_wait(control_client: ControlClient, file_id: str) -> float:
    """Return the seconds from the end of the file's upload until it is ready."""
    uploaded = _first_call(
        await control_client.calls("files.completeUploadExternal"), lambda c: file_id in str(c["arguments"])
    )
    info_calls = await control_client.calls("files.info")
    ready = _first_call(
        info_calls,
        lambda c: c["arguments"].get("file") == file_id and bool((c["answer"].get("file") or {}).get("mimetype")),
    )
    return _finished_at(ready) - _finished_at(uploaded)


def _first_call(calls: list[Json], predicate: Callable[[Json], bool]) -> Json:
    return next(call for call in calls if call["ok"] and predicate(call))


def _sheet_file_id(call: Json) -> str | None:
    for block in call["arguments"].get("blocks") or []:
        if block.get("type") == "image" and "slack_file" in block:
            return str(block["slack_file"]["id"])
    return None


def _finished_at(call: Json) -> float:
    return float(call["at"]) + float(call["ms"]) / 1000


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 1)
