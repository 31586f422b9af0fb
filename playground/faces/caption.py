"""The caption that marks a picture as a drawing."""

from PIL import Image, ImageDraw, ImageFont

_CAPTION = "practice drawing"


def add_caption(picture: Image.Image) -> Image.Image:
    """Write a small caption at the lower right, in a contrasting colour."""
    size = max(9, picture.width // 60)
    font = ImageFont.load_default(size)
    left, top, right, bottom = font.getbbox(_CAPTION)
    x, y = picture.width - (right - left) - size, picture.height - (bottom - top) - size * 1.4
    patch = picture.crop((round(x), round(y), picture.width, picture.height)).resize((1, 1), Image.Resampling.BOX)
    level = patch.convert("L").getpixel((0, 0))
    dark = isinstance(level, (int, float)) and level > 120
    pen = ImageDraw.Draw(picture, "RGBA")
    pen.text((x, y), _CAPTION, font=font, fill=(20, 16, 20, 150) if dark else (255, 252, 244, 150))
    return picture
