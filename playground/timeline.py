"""How long the story took, read off the wire: milliseconds from the receipt of the command by the bot."""

from collections.abc import Callable

from playground.door import Door, Json


async def timings(door: Door, ts: str, name: str) -> dict[str, float]:
    """The timings of the round whose message is `ts` and of the recall of `name`.

    `slowest_model_ms` is how long the slowest model took by itself. `sheet_ms` ends when Slack accepted the update that
    shows the sheet; `upload_wait_ms` is the part of it between the end of the sheet's upload and the file being ready.
    """
    commands = (await door.get("deliveries", kind="slash_commands", limit=500))["deliveries"]
    cast = next(d for d in reversed(commands) if d["payload"]["text"].startswith(f"{name}:"))
    recall = next(d for d in reversed(commands) if d["payload"]["text"].strip() == name)
    start = cast["sent_at"]
    drawn = [c for c in await door.bill() if c["at"] >= start and c["outcome"] == "delivered"]
    shown = _first(await door.calls("chat.update"), lambda c: c["arguments"]["ts"] == ts and _sheet(c) is not None)
    whispers = await door.calls("chat.postEphemeral")
    answered = _first(whispers, lambda c: bool(c["at"] >= recall["sent_at"]))
    return {
        "ack_ms": round(cast["ack_ms"], 1),
        "first_candidate_ms": _ms(min(c["at"] + c["seconds"] for c in drawn) - start),
        "sheet_ms": _ms(_end(shown) - start),
        "slowest_model_ms": _ms(max(c["seconds"] for c in drawn)),
        "upload_wait_ms": _ms(await _waited(door, _sheet(shown) or "")),
        "recall_ms": _ms(_end(answered) - recall["sent_at"]),
    }


async def _waited(door: Door, file_id: str) -> float:
    """Seconds from the end of the file's upload to the answer that said it is ready."""
    uploaded = _first(await door.calls("files.completeUploadExternal"), lambda c: file_id in str(c["arguments"]))
    asked = await door.calls("files.info")
    ready = _first(
        asked, lambda c: c["arguments"].get("file") == file_id and bool((c["answer"].get("file") or {}).get("mimetype"))
    )
    return _end(ready) - _end(uploaded)


def _first(calls: list[Json], fits: Callable[[Json], bool]) -> Json:
    return next(call for call in calls if call["ok"] and fits(call))


def _sheet(call: Json) -> str | None:
    for block in call["arguments"].get("blocks") or []:
        if block.get("type") == "image" and "slack_file" in block:
            return str(block["slack_file"]["id"])
    return None


def _end(call: Json) -> float:
    return float(call["at"]) + float(call["ms"]) / 1000


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 1)
