"""Memory that Pillow alone needs to decode one 4K original, in a separate process (Linux only)."""

import asyncio
import sys
from asyncio.subprocess import PIPE

from playground.processes import ROOT

# The peak is the kernel's high-water mark. Twelve million pixels of four bytes are 50 MB.
_SCRIPT = """
import sys
from io import BytesIO
from pathlib import Path
from PIL import Image
from bot.runtime.process_tuning import set_malloc_threshold

def megabytes(which):
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(dict(line.split(":", 1) for line in lines)[which].split()[0]) / 1024

def saved(size):
    out = BytesIO()
    Image.effect_noise((96, 128), 60).convert("RGB").resize(size, Image.Resampling.BICUBIC).save(out, sys.argv[1])
    return out.getvalue()

set_malloc_threshold()
Image.open(BytesIO(saved((64, 64)))).load()
data = saved((3072, 4096))
Path("/proc/self/clear_refs").write_text("5")
before = megabytes("VmRSS")
image = Image.open(BytesIO(data))
image.load()
print(megabytes("VmHWM") - before)
"""


async def pillow_megabytes(image_format: str) -> float:
    """Return the megabytes over the start; `image_format` is Pillow's name."""
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", _SCRIPT, image_format, cwd=ROOT, stdout=PIPE)
    stdout, _ = await process.communicate()
    return float(stdout)
