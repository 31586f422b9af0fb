"""The practice image models: three vendors' wire formats, a bill and faults on demand."""

from pathlib import Path

from aiohttp import web

from playground.models.control import ModelsDoor
from playground.models.gemini import Gemini
from playground.models.gemini_facts import MODELS as GEMINI
from playground.models.openai import OpenAI
from playground.models.openai_facts import MODELS as OPENAI
from playground.models.recraft import Recraft
from playground.models.recraft_facts import MODELS as RECRAFT
from playground.models.recraft_facts import UPSCALER
from playground.models.studio import Studio

_STUDIO = web.AppKey("practice_studio", Studio)


def add_models(app: web.Application, *, data: Path, speed: float = 1.0) -> None:
    """Adds the routes of all vendors and of their door; `speed` divides every wait, `data` keeps the bill."""
    studio = Studio(data, speed)
    served = [("recraft", model) for model in (*RECRAFT, UPSCALER)]
    served += [("openai", model) for model in OPENAI] + [("gemini", model) for model in GEMINI]
    app[_STUDIO] = studio
    for part in (Recraft(studio), OpenAI(studio), Gemini(studio), ModelsDoor(studio, served)):
        app.add_routes(part.routes())
    app.on_cleanup.append(_close)


async def reset_models(app: web.Application) -> None:
    """Forgets faults, latencies and the bill."""
    app[_STUDIO].faults.clear()
    await app[_STUDIO].bill.clear()


async def _close(app: web.Application) -> None:
    await app[_STUDIO].close()
