"""The practice image models: vendors' wire formats, a bill and faults on demand."""

from pathlib import Path

from aiohttp import web

from playground.models.control import ModelsDoor
from playground.models.fal import Fal
from playground.models.fal_facts import ENDPOINTS as FAL
from playground.models.gemini import Gemini
from playground.models.gemini_facts import MODELS as GEMINI
from playground.models.openai import OpenAI
from playground.models.openai_facts import MODELS as OPENAI
from playground.models.own import MODEL, Own
from playground.models.own_habits import Habits
from playground.models.recraft import Recraft
from playground.models.recraft_facts import MODELS as RECRAFT
from playground.models.recraft_facts import UPSCALER
from playground.models.studio import Studio

_STUDIO = web.AppKey("practice_studio", Studio)
_GEMINI = web.AppKey("practice_gemini", Gemini)
_OWN = web.AppKey("practice_own_server", Own)


def add_models(app: web.Application, *, data: Path, speed: float = 1.0) -> None:
    """Adds the routes of all vendors and of their door; `speed` divides every wait, `data` keeps the bill."""
    studio = Studio(data, speed)
    gemini, fal, own = Gemini(studio), Fal(studio), Own(studio)
    app[_STUDIO], app[_GEMINI], app[_OWN] = studio, gemini, own
    door = ModelsDoor(studio, gemini, own, _served())
    for part in (Recraft(studio), OpenAI(studio), gemini, fal, own, door):
        app.add_routes(part.routes())
    app.on_cleanup.append(_close)
    app.cleanup_ctx.append(fal.queue.run)


async def reset_models(app: web.Application) -> None:
    """Forgets faults, latencies, lives, the servers' habits and the bill."""
    app[_STUDIO].faults.clear()
    app[_STUDIO].lives.clear()
    app[_GEMINI].spelling = "both"
    app[_OWN].habits = Habits()
    await app[_STUDIO].bill.clear()


def _served() -> list[tuple[str, str]]:
    """Vendor and id of every model."""
    vendors = {"recraft": (*RECRAFT, UPSCALER), "openai": OPENAI, "gemini": GEMINI, "fal": FAL, "own": (MODEL,)}
    return [(vendor, model) for vendor, models in vendors.items() for model in models]


async def _close(app: web.Application) -> None:
    await app[_STUDIO].close()
