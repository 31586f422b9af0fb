"""Faces as a wide shot shows them: side by side, each at 5 % of the frame's height. Run it in a thread."""

from collections.abc import Sequence
from unicodedata import normalize

from PIL import Image, ImageDraw, ImageOps

from bot.imaging.encoding import to_jpeg
from bot.imaging.fonts import draw_line
from bot.imaging.pictures import open_jpeg

# A frame in full HD. The prompt asks for head and shoulders, in which the face takes about half of the height, so a
# portrait of 10 % of the frame's height has a face of 5 %.
_FRAME = (1920, 1080)
_PORTRAIT = (81, 108)
_CROP = (0.5, 0.3)
_BACKGROUND_COLOR, _GROUND_COLOR, _TEXT_COLOR = "#c9cdd0", "#a3a8ab", "#1d1c1d"
_HORIZON = 600
_STEP, _NAME_SIZE, _NAME_GAP = 300, 30, 22


def wide_shot(previews: Sequence[bytes], names: Sequence[str]) -> bytes:
    """Return a JPEG of 1920 by 1080: the portraits (JPEGs) beside each other, with the names below."""
    frame = Image.new("RGB", _FRAME, _BACKGROUND_COLOR)
    draw = ImageDraw.Draw(frame)
    draw.rectangle((0, _HORIZON, *_FRAME), fill=_GROUND_COLOR)
    first = _FRAME[0] // 2 - (len(previews) - 1) * _STEP // 2
    for place, (preview, name) in enumerate(zip(previews, names, strict=True)):
        middle = first + place * _STEP
        portrait = ImageOps.fit(open_jpeg(preview), _PORTRAIT, Image.Resampling.LANCZOS, centering=_CROP)
        frame.paste(portrait, (middle - _PORTRAIT[0] // 2, _HORIZON - _PORTRAIT[1]))
        place_of_name, room = (middle, _HORIZON + _NAME_GAP), _STEP - _NAME_GAP
        draw_line(draw, place_of_name, normalize("NFC", name), _NAME_SIZE, _TEXT_COLOR, room, "ma")
    return to_jpeg(frame, 92)
