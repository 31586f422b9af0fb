"""Pictures of phones, cameras, printers and models: each kind is taken and shown in its right colours, upright."""

import struct
from collections.abc import Callable
from io import BytesIO
from itertools import pairwise

import pytest
from PIL import Image, ImageChops, ImageCms

from bot.domain.model_errors import InvalidImage
from bot.imaging.pictures import examine
from bot.imaging.references import HEIC_DETAIL, Limits, fit_to_limits, normalize_reference
from tests.support.picture_files import (
    GREYS,
    QUARTERS,
    SIDE,
    SPACES,
    Color,
    cmyk_profile,
    color_error,
    deep_png,
    encode,
    exif,
    grey_profile,
    linear_light,
    png_chunk,
    quarters,
    rgb_profile,
    stored_for,
    wide_gamut,
    with_segment,
    without_segment,
)

LIMITS = Limits(max_bytes=10_000_000, max_pixels=16_000_000, max_side=4096)
# Of 255: what JPEG and profiles of 8 bits lose. An ignored profile misses by 20 and more.
TOLERANCE = 10
INKS = ((0, 200, 200, 30), (200, 20, 200, 30), (200, 180, 0, 30), (10, 20, 40, 10))
# As Pillow turns inks into colours without a profile.
INK_COLORS = [tuple((255 - ink) * (255 - k) // 255 for ink in inks) for *inks, k in INKS]
BLUE = quarters(((0, 0, 255),) * 4)
GAIN_MAP = encode(Image.new("L", (SIDE // 4, SIDE // 4), 90), "JPEG")


def with_profile(space: str, kind: str = "JPEG") -> bytes:
    picture, profile = wide_gamut(space)
    return encode(picture, kind, icc_profile=profile)


def lab_tiff() -> bytes:
    to_lab = ImageCms.buildTransform(ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), "RGB", "LAB")
    picture = ImageCms.applyTransform(quarters(), to_lab)
    assert picture
    return encode(picture, "TIFF")


def float_tiff(top: float) -> bytes:
    picture = quarters([(grey[0],) for grey in GREYS], "F")
    return encode(picture.point(lambda value: value * (top / 255) + 0), "TIFF")


def deep_tiff(mode: str) -> bytes:
    picture = quarters([(value[0] * 257,) for value in GREYS], "I;16")
    return encode(picture if mode == "I;16" else picture.convert("I").convert(mode), "TIFF")


def wide_integer_tiff() -> bytes:
    return encode(quarters([(grey[0] * 257,) for grey in GREYS], "I"), "TIFF")


def with_alpha(kind: str, mode: str = "RGBA") -> bytes:
    """The quarters; all opaque."""
    picture = quarters() if mode == "RGBA" else quarters(GREYS).convert("L")
    picture = picture.convert(mode)
    return encode(picture, kind, **({"lossless": True} if kind == "WEBP" else {}))


def grey_of_other_gamma() -> bytes:
    """A grey picture that is darker on a screen than its profile means."""
    samples = [(round(255 * linear_light(grey[0] / 255) ** (1 / 1.4)),) for grey in GREYS]
    return encode(quarters(samples, "L"), "PNG", icc_profile=grey_profile(1.4))


def printed() -> bytes:
    """CMYK whose profile says that cyan prints as red, magenta as green and yellow as blue; black ink is black."""
    profile = cmyk_profile(lambda inks: (0, 0, 0) if inks[3] else tuple(255 * ink for ink in inks[:3]))
    inks = ((255, 0, 0, 0), (0, 255, 0, 0), (0, 0, 255, 0), (0, 0, 0, 255))
    return encode(quarters(inks, "CMYK"), "JPEG", icc_profile=profile)


def animated(kind: str) -> bytes:
    return encode(quarters(), kind, save_all=True, append_images=[BLUE], duration=100)


def gain_map_photo() -> bytes:
    """An Ultra HDR photo: the base picture, a gain map behind it, and a directory of both (CIPA DC-007)."""
    photo = encode(quarters(), "MPO", save_all=True, append_images=[BLUE])
    return with_segment(photo, 0xE1, b'http://ns.adobe.com/xap/1.0/\0<x:xmpmeta hdrgm:Version="1.0"/>')


def iso_gain_map_photo() -> bytes:
    """A base picture that names ISO 21496-1 and is followed by its gain map."""
    return with_segment(encode(quarters(), "JPEG"), 0xE2, b"urn:iso:std:iso:ts:21496:-1\0" + bytes(4)) + GAIN_MAP


def mono() -> bytes:
    return encode(quarters(((0,), (255,), (255,), (0,)), "1"), "PNG")


def palette() -> bytes:
    return encode(quarters().quantize(16), "PNG")


# Each kind with its colours.
KINDS: dict[str, tuple[Callable[[], bytes], tuple[Color, ...] | list[Color]]] = {
    "MPO": (lambda: encode(quarters(), "MPO", save_all=True, append_images=[BLUE]), QUARTERS),
    "Ultra HDR": (gain_map_photo, QUARTERS),
    "ISO gain map": (iso_gain_map_photo, QUARTERS),
    "16-bit grey": (lambda: deep_png([grey[:1] for grey in GREYS], 0), GREYS),
    "16-bit RGB": (lambda: deep_png(QUARTERS, 2), QUARTERS),
    "16-bit grey, alpha": (lambda: deep_png([(*grey[:1], 255) for grey in GREYS], 4), GREYS),
    "16-bit RGBA": (lambda: deep_png([(*color, 255) for color in QUARTERS], 6), QUARTERS),
    "CMYK of Adobe": (lambda: encode(quarters(INKS, "CMYK"), "JPEG"), INK_COLORS),
    "CMYK with a profile": (printed, ((255, 0, 0), (0, 255, 0), (0, 0, 255), (0, 0, 0))),
    "CMYK without Adobe's marker": (
        lambda: without_segment(encode(ImageChops.invert(quarters(INKS, "CMYK")), "JPEG"), 0xEE),
        INK_COLORS,
    ),
    **{f"{space}": (lambda space=space: with_profile(space), QUARTERS) for space in SPACES},  # type: ignore[misc]
    "Display P3 PNG": (lambda: with_profile("Display P3", "PNG"), QUARTERS),
    "Display P3 WebP": (
        lambda: encode(wide_gamut("Display P3")[0], "WEBP", lossless=True, icc_profile=wide_gamut("Display P3")[1]),
        QUARTERS,
    ),
    "grey of gamma 1.4": (grey_of_other_gamma, GREYS),
    "broken profile": (lambda: encode(quarters(), "JPEG", icc_profile=b"no profile at all"), QUARTERS),
    "cut profile": (lambda: encode(quarters(), "PNG", icc_profile=wide_gamut("Adobe RGB")[1][:200]), QUARTERS),
    "profile of other colours": (lambda: encode(quarters(), "JPEG", icc_profile=grey_profile(1.0)), QUARTERS),
    "grey with an RGB profile": (
        lambda: encode(quarters(GREYS).convert("L"), "JPEG", icc_profile=wide_gamut("Adobe RGB")[1]),
        GREYS,
    ),
    "grey": (lambda: with_alpha("PNG", "L"), GREYS),
    "grey, alpha": (lambda: with_alpha("PNG", "LA"), GREYS),
    "RGBA WebP": (lambda: with_alpha("WEBP"), QUARTERS),
    "palette": (palette, QUARTERS),
    "1 bit": (mono, ((0,) * 3, (255,) * 3, (255,) * 3, (0,) * 3)),
    "AVIF": (lambda: encode(quarters(), "AVIF", quality=95), QUARTERS),
}
REFERENCE_KINDS = {
    "Lab": (lab_tiff, QUARTERS),
    "16-bit TIFF": (lambda: deep_tiff("I;16"), GREYS),
    "16-bit TIFF, big-endian": (lambda: deep_tiff("I;16B"), GREYS),
    "32-bit TIFF": (wide_integer_tiff, GREYS),
    "float TIFF, 0 to 1": (lambda: float_tiff(1), GREYS),
    "float TIFF, 0 to 255": (lambda: float_tiff(255), GREYS),
    "CMYK TIFF": (lambda: encode(quarters(INKS, "CMYK"), "TIFF"), INK_COLORS),
    "GIF": (lambda: encode(quarters(), "GIF"), QUARTERS),
    "animated GIF": (lambda: animated("GIF"), QUARTERS),
    "animated WebP": (lambda: animated("WEBP"), QUARTERS),
    "animated PNG": (lambda: animated("PNG"), QUARTERS),
}


def assert_plain(data: bytes) -> None:
    """Nothing is left that a viewer would have to know about."""
    with Image.open(BytesIO(data)) as image:
        assert image.mode == "RGB"
        assert not image.info.keys() & {"icc_profile", "exif", "xmp", "comment", "transparency", "mp"}


@pytest.mark.parametrize("name", [*KINDS, *REFERENCE_KINDS])
def test_reference_of_any_kind_is_kept_in_its_right_colours(name: str) -> None:
    build, expected = (KINDS | REFERENCE_KINDS)[name]
    reference = normalize_reference(build())
    assert_plain(reference)
    assert color_error(reference, expected) <= TOLERANCE


@pytest.mark.parametrize("name", KINDS)
def test_answer_of_any_kind_is_shown_in_its_right_colours(name: str) -> None:
    build, expected = KINDS[name]
    checked = examine(build(), "m")
    assert_plain(checked.preview)
    assert color_error(checked.preview, expected) <= TOLERANCE
    assert checked.media_type in ("image/png", "image/jpeg", "image/webp", "image/avif")


@pytest.mark.parametrize("name", KINDS)
def test_original_of_any_kind_is_sent_to_a_model_in_its_right_colours(name: str) -> None:
    build, expected = KINDS[name]
    sent = fit_to_limits(build(), "m", LIMITS)
    assert color_error(sent, expected) <= TOLERANCE
    assert sent[:2] in (b"\x89P", b"\xff\xd8", b"RI")


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_every_orientation_is_turned_upright(orientation: int, kind: str) -> None:
    save = {"lossless": True} if kind == "WEBP" else {}
    photo = encode(stored_for(orientation), kind, exif=exif(orientation), **save)
    checked = examine(photo, "m")
    assert (checked.width, checked.height) == (SIDE, SIDE + 40)
    for upright in (checked.preview, normalize_reference(photo), fit_to_limits(photo, "m", LIMITS)):
        assert Image.open(BytesIO(upright)).size == (SIDE, SIDE + 40)
        assert color_error(upright) <= TOLERANCE


@pytest.mark.parametrize("hidden", [(255, 0, 255), (0, 0, 0), (255, 255, 255)])
@pytest.mark.parametrize("kind", ["PNG", "WEBP", "palette", "16-bit"])
def test_transparent_parts_show_one_ground_whatever_colour_they_hide(hidden: Color, kind: str) -> None:
    colors = [(*hidden, 0), (*QUARTERS[1], 255), (*QUARTERS[2], 255), (*hidden, 0)]
    picture = quarters(colors, "RGBA")
    if kind == "16-bit":
        answer = deep_png(colors, 6)
    elif kind == "palette":
        indexed = quarters([(0,), (1,), (2,), (3,)], "P")
        indexed.putpalette([*hidden, *QUARTERS[1], *QUARTERS[2], *hidden])
        answer = encode(indexed, "PNG", transparency=b"\0\xff\xff\0")
    else:
        answer = encode(picture, kind, **({"lossless": True, "exact": True} if kind == "WEBP" else {}))
    ground = (236, 236, 236)
    expected = (ground, QUARTERS[1], QUARTERS[2], ground)
    for shown in (examine(answer, "m").preview, normalize_reference(answer), fit_to_limits(answer, "m", LIMITS)):
        assert color_error(shown, expected) <= TOLERANCE


def test_colour_named_transparent_shows_the_ground() -> None:
    grey = deep_png([grey[:1] for grey in GREYS], 0, [GREYS[0][0] * 257])
    colour = deep_png(QUARTERS, 2, [value * 257 for value in QUARTERS[0]])
    ground = (236, 236, 236)
    assert color_error(examine(grey, "m").preview, (ground, *GREYS[1:])) <= TOLERANCE
    assert color_error(examine(colour, "m").preview, (ground, *QUARTERS[1:])) <= TOLERANCE


def test_half_transparent_edge_is_mixed_with_the_ground() -> None:
    answer = encode(quarters([(255, 0, 255, 128), *((*color, 255) for color in QUARTERS[1:])], "RGBA"), "PNG")
    mixed = tuple(
        round(over * 128 / 255 + under * 127 / 255) for over, under in zip((255, 0, 255), (236,) * 3, strict=True)
    )
    assert color_error(examine(answer, "m").preview, (mixed, *QUARTERS[1:])) <= TOLERANCE


@pytest.mark.parametrize("mode", ["RGBA", "CMYK", "L"])
def test_large_picture_is_converted_in_bands_without_a_seam(mode: str) -> None:
    picture = Image.linear_gradient("L").resize((1100, 4200)).convert("RGB")
    profile = {} if mode != "CMYK" else {"icc_profile": b"broken"}
    data = encode(picture.convert(mode), "JPEG" if mode == "CMYK" else "PNG", **profile)
    preview = Image.open(BytesIO(examine(data, "m").preview)).convert("L")
    column = [preview.getpixel((200, y)) for y in range(preview.height)]
    steps = [after - before for before, after in pairwise(column)]  # type: ignore[operator]
    assert max(abs(step) for step in steps) <= 3


def test_photo_of_48_megapixels_is_taken() -> None:
    photo = encode(quarters(size=(8064, 6048)), "JPEG", quality=60)
    reference = normalize_reference(photo)
    assert max(Image.open(BytesIO(reference)).size) <= 4096
    assert color_error(reference) <= TOLERANCE


@pytest.mark.parametrize("brand", [b"heic", b"heix", b"mif1", b"hevc"])
def test_heic_photo_is_named(brand: bytes) -> None:
    photo = struct.pack(">I", 24) + b"ftyp" + brand + bytes(4) + b"mif1heic" + bytes(400)
    with pytest.raises(InvalidImage) as caught:
        normalize_reference(photo)
    assert caught.value.detail == HEIC_DETAIL


def noise(width: int, height: int) -> bytes:
    return encode(Image.effect_noise((width, height), 80).convert("RGB"), "PNG")


@pytest.mark.parametrize(
    ("size", "detail"),
    [
        ((8, 8), "too small"),
        ((1, 6000), "too small"),
        ((63, 200), "too small"),
        ((2000, 40), "too small"),
        ((70, 1400), "too long"),
        ((1030, 250), "too long"),
    ],
)
def test_tiny_or_narrow_answer_is_no_portrait(size: tuple[int, int], detail: str) -> None:
    with pytest.raises(InvalidImage, match=detail) as caught:
        examine(noise(*size), "m")
    assert caught.value.paid == "yes"
    with pytest.raises(InvalidImage, match=detail):
        normalize_reference(noise(*size))


def test_chunk_behind_the_pixels_does_not_hide_a_rotation() -> None:
    """PNG writers may put eXIf behind the pixels."""
    plain = encode(stored_for(6), "PNG")
    body = exif(6).tobytes().removeprefix(b"Exif\0\0")
    photo = plain[:-12] + png_chunk(b"eXIf", body) + plain[-12:]
    assert Image.open(BytesIO(normalize_reference(photo))).size == (SIDE, SIDE + 40)


def test_srgb_profile_changes_no_colour() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert color_error(examine(encode(quarters(), "JPEG", icc_profile=profile), "m").preview) <= TOLERANCE
    assert rgb_profile(SPACES["Adobe RGB"][0], SPACES["Adobe RGB"][1], 2.2)[36:40] == b"acsp"
