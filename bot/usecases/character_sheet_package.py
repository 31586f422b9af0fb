"""What a character sheet delivers: one file for each view, one picture of all, and a JSON of what is what."""

import json
from collections.abc import Mapping
from typing import Any

from bot.domain.catalogue import Catalogue
from bot.domain.character_sheet import Sheet, SheetView
from bot.domain.face import Face
from bot.domain.service_errors import PortraitMissing
from bot.domain.sheet_presets import AS_OF, TOOLS, Preset, pictures_for
from bot.imaging.character_sheet import SheetCell, sheet_page
from bot.imaging.pictures import run_in_thread
from bot.ports.messaging import Picture
from bot.ports.storage import Portraits
from bot.usecases.face_record import file_name, picture_file_name, picture_record
from bot.usecases.ports import Ports
from bot.usecases.previews import get_preview

# A package is built in memory; with larger sheets it has the picture of all views and the JSON only.
MAX_PACKAGE_BYTES = 150_000_000


def fits_package(sheet: Sheet) -> bool:
    """Return whether the single files of a sheet go into the package of its face."""
    return sum(attempt.portrait.length for attempt in sheet.chosen if attempt.portrait) <= MAX_PACKAGE_BYTES


def view_file_name(face: Face, attempt: SheetView) -> str:
    """Return the file name of a view, such as `Maya-1-sheet-profile.png`."""
    assert attempt.portrait
    return picture_file_name(face, f"sheet-{attempt.view.key}", attempt.portrait)


async def sheet_files(
    face: Face, sheet: Sheet, aspect: str, portraits: Portraits, catalogue: Catalogue | None
) -> Mapping[str, bytes]:
    """Return the files of a sheet by name; empty without a picture. Raises PortraitMissing."""
    if not sheet.chosen:
        return {}
    files = {}
    if fits_package(sheet):
        for attempt in sheet.chosen:
            assert attempt.portrait
            files[view_file_name(face, attempt)] = await portraits.get(attempt.portrait.key)
    record = json.dumps(sheet_record(face, sheet), ensure_ascii=False, indent=2)
    return {
        **files,
        file_name(face, "sheet", "jpg"): await draw_sheet(face, sheet, aspect, portraits, catalogue),
        file_name(face, "sheet", "json"): f"{record}\n".encode(),
    }


async def sheet_picture(face: Face, sheet: Sheet, ports: Ports) -> Picture:
    """Return the picture of all views for the thread; raises PortraitMissing."""
    aspect = (await ports.storage.rounds.get(face.round_id)).brief.aspect
    data = await draw_sheet(face, sheet, aspect, ports.storage.portraits, ports.catalogue)
    return Picture(data, file_name(face, "sheet", "jpg"), sheet_view="all")


async def draw_sheet(face: Face, sheet: Sheet, aspect: str, portraits: Portraits, catalogue: Catalogue | None) -> bytes:
    """Draw all views on one page: character, version, view, model, date and "synthetic" beside the pictures."""
    titles = {model.id: model.title for model in catalogue.models} if catalogue else {}

    def note(model: str, day: str) -> str:
        return f"{titles.get(model, model)} · {day} · synthetic"

    locked = await _preview_or_none(portraits, face.round_id, face.slot_id)
    cells = [SheetCell("Locked face", note(face.model, face.locked_at.date().isoformat()), locked)]
    for attempt in sorted((*sheet.chosen, *sheet.missing), key=lambda attempt: attempt.view.position):
        preview = await _preview_or_none(portraits, face.round_id, attempt.id) if attempt.portrait else None
        cells.append(SheetCell(attempt.view.title, note(attempt.model, attempt.opened_at.date().isoformat()), preview))
    return await run_in_thread(
        sheet_page,
        f"{face.character} · version {face.version}",
        f"Character sheet · {len(sheet.chosen)} views drawn from the locked face",
        "Synthetic: drawn by image models, no photographs of a person. No identity was measured; people compared the "
        "views by eye.",
        cells,
        aspect,
    )


async def _preview_or_none(portraits: Portraits, round_id: str, item_id: str) -> bytes | None:
    try:
        return await get_preview(portraits, round_id, item_id)
    except PortraitMissing:
        return None


def sheet_record(face: Face, sheet: Sheet) -> dict[str, Any]:
    """Return the JSON of a sheet: money in dollars as text, times as ISO 8601 in UTC, no ids of people."""
    return {
        "character": face.character,
        "version": face.version,
        "round": face.round_id,
        "synthetic": True,
        "locked_face": picture_record(face, "original", face.portrait),
        "sheet": file_name(face, "sheet", "jpg"),
        "single_files_included": fits_package(sheet),
        "views": [_view_record(face, sheet, attempt) for attempt in sheet.chosen],
        "missing": [
            {"view": attempt.view.key, "model": attempt.model, "reason": attempt.failure and attempt.failure.kind}
            for attempt in sheet.missing
        ],
        "cost_usd": str(sheet.cost),
        "for_video_tools": [_tool_record(face, sheet, preset) for preset in TOOLS],
        "identity": "Nothing here measures identity. same_person and drifted count what people said by eye.",
    }


def _view_record(face: Face, sheet: Sheet, attempt: SheetView) -> dict[str, Any]:
    assert attempt.portrait
    opinions = sheet.opinions_on(attempt)
    return {
        "view": attempt.view.key,
        "title": attempt.view.title,
        "angle": attempt.view.angle.value,
        "expression": attempt.view.expression.value,
        "attempt": attempt.attempt,
        **picture_record(face, f"sheet-{attempt.view.key}", attempt.portrait),
        "model": attempt.model,
        "drawn_from_sha256": attempt.original_sha256,
        "prompt": attempt.prompt,
        "seed": attempt.seed,
        "drawn_at": (attempt.requested_at or attempt.opened_at).isoformat(),
        "cost_usd": str(attempt.cost),
        "cost_source": attempt.cost_source,
        "same_person": opinions.same,
        "drifted": opinions.drifted,
        "decision": "kept" if attempt.kept_by else "open",
    }


def _tool_record(face: Face, sheet: Sheet, preset: Preset) -> dict[str, Any]:
    """Return how many pictures a tool takes, and which files of the sheet fit it."""
    return {
        "tool": preset.title,
        "fewest_pictures": preset.fewest,
        "most_pictures": preset.most,
        "first_is_frontal": preset.has_frontal,
        "files": [view_file_name(face, attempt) for attempt in pictures_for(preset, sheet.chosen)],
        "source": preset.source,
        "as_of": AS_OF.isoformat(),
    }
