"""The portraits: equal for equal prompt and seed, different otherwise."""

import time
from functools import cache

import numpy as np
import pytest
from PIL import Image, ImageFilter

from bot.domain.brief import Brief, Ground
from bot.domain.prompt import Prompt
from playground.faces import draw_face, encode
from playground.models.drawing import draw_pictures, open_rgb
from playground.models.generation_order import GenerationOrder

MODELS = (
    "recraftv4_1",
    "recraftv4_1_flash",
    "gpt-image-2",
    "gpt-image-2.5-flare",
    "gemini-nano-banana-2.1",
    "gemini-3-pro-image",
)
EACH_MODEL = [MODELS[0], *(pytest.param(model, marks=pytest.mark.heavy) for model in MODELS[1:])]
FISHERWOMAN = "weathered 60-year-old fisherwoman, deep crow's feet, salt-cracked lips, grey plait"
BRIEFS = (
    FISHERWOMAN,
    "young red-haired baker with freckles",
    "bald night-shift nurse, 45, stubble, tired",
    "elderly Black jazz trumpeter, white beard, beret",
    "stern Japanese train conductor, 30, uniform cap",
    "teenage punk with green hair, nose ring",
    "Turkish grandmother in headscarf, glasses, scarf, dawn",
    "little girl, 8, curly hair, hoodie",
    "detective in a fedora, coat, moustache, scar, side light",
    "woman with long blond hair, earrings, make-up, night",
    "heavy man with afro, sou'wester",
    "gaunt pensioner, receding hair, flat cap, shirt",
)
SMALL = (224, 304)


@cache
def face(model: str, brief: str, seed: int) -> Image.Image:
    """Draw a small face once for all tests."""
    return draw_face(model, brief, seed, *SMALL)


def difference(one: Image.Image, other: Image.Image) -> float:
    """Return the mean difference of levels, 0 to 255, of reduced pictures."""
    left, right = (
        np.asarray(picture.resize((56, 76)).filter(ImageFilter.BoxBlur(1)), dtype=np.float64)
        for picture in (one, other)
    )
    return float(np.abs(left - right).mean())


@pytest.mark.parametrize("model", EACH_MODEL)
def test_a_face_is_the_same_for_the_same_model_words_and_seed(model: str) -> None:
    again = encode(draw_face(model, FISHERWOMAN, 1, *SMALL), "image/png")
    assert again == encode(face(model, FISHERWOMAN, 1), "image/png")


@pytest.mark.parametrize("model", EACH_MODEL)
def test_four_seeds_are_four_people(model: str) -> None:
    faces = [face(model, FISHERWOMAN, seed) for seed in range(4)]
    apart = [difference(one, other) for number, one in enumerate(faces) for other in faces[:number]]
    assert min(apart) > 6


def test_every_model_has_its_own_style() -> None:
    faces = [face(model, FISHERWOMAN, 1) for model in MODELS]
    apart = [difference(one, other) for number, one in enumerate(faces) for other in faces[:number]]
    assert min(apart) > 15


def test_different_briefs_give_different_faces() -> None:
    faces = [face("recraftv4_1", brief, 1) for brief in BRIEFS]
    apart = [difference(one, other) for number, one in enumerate(faces) for other in faces[:number]]
    assert min(apart) > 8


def hair_colour(brief: str) -> tuple[float, float, float]:
    """Return the mean colour of the hair above the forehead over several seeds."""
    crops = [draw_face("recraftv4_1", brief, seed, 448, 608).crop((190, 118, 258, 140)) for seed in range(3)]
    red, green, blue = np.mean([np.asarray(crop).reshape(-1, 3).mean(axis=0) for crop in crops], axis=0)
    return float(red), float(green), float(blue)


def test_hair_has_the_colour_that_was_asked_for() -> None:
    red, green, blue = hair_colour("woman, 30, short red hair")
    assert red > 1.5 * green > 1.5 * blue
    red, green, blue = hair_colour("woman, 30, short blue hair")
    assert blue > 1.2 * red
    assert sum(hair_colour("woman, 30, short black hair")) < sum(hair_colour("woman, 30, short white hair")) - 200


def forehead_contrast(brief: str) -> float:
    """Return how much a forehead changes from pixel to pixel."""
    crops = [
        draw_face("recraftv4_1", brief, seed, 448, 608).crop((190, 170, 258, 250)).convert("L") for seed in range(6)
    ]
    return float(np.mean([np.abs(np.diff(np.asarray(crop, dtype=np.float64), axis=0)).mean() for crop in crops]))


def test_age_shows_in_lines() -> None:
    assert forehead_contrast("bald man, 75, pale") > 1.25 * forehead_contrast("bald man, 25, pale")


@pytest.mark.parametrize("size", [(448, 608), (384, 688), (512, 512), (449, 577), (672, 384), (60, 90)])
def test_a_face_fills_any_frame_exactly(size: tuple[int, int]) -> None:
    assert draw_face("gpt-image-2", FISHERWOMAN, 1, *size).size == size


def test_very_large_face_has_the_exact_size() -> None:
    assert draw_face("recraftv4_1_pro", FISHERWOMAN, 1, 540, 3840).size == (540, 3840)


@pytest.mark.parametrize("brief", BRIEFS)
def test_briefs_are_drawn_in_different_styles(brief: str) -> None:
    number = BRIEFS.index(brief)
    for model in (MODELS[number % 6], MODELS[(number + 3) % 6]):
        assert len(face(model, brief, 1).getcolors(1 << 20) or []) > 200


@pytest.mark.parametrize("words", ["", "\x00", "🙂" * 400, "x" * 32_000, "Мария, 40 лет", "The character:\n\n"])
def test_any_text_gives_a_face(words: str) -> None:
    assert draw_face("gpt-image-2", words, 0, *SMALL).mode == "RGB"


def test_face_has_a_caption_in_the_corner() -> None:
    image = draw_face("gpt-image-2", FISHERWOMAN, 1, 896, 1216)
    corner = np.asarray(image.crop((740, 1170, 896, 1216)).convert("L"), dtype=np.float64)
    margin = np.asarray(image.crop((0, 1196, 120, 1216)).convert("L"), dtype=np.float64)
    assert corner.min() < margin.min() - 60


@pytest.mark.parametrize(("media_type", "name"), [("image/png", "PNG"), ("image/jpeg", "JPEG"), ("image/webp", "WEBP")])
def test_encoded_bytes_are_of_the_type_asked_for(media_type: str, name: str) -> None:
    head = {"PNG": b"\x89PNG", "JPEG": b"\xff\xd8\xff", "WEBP": b"RIFF"}[name]
    assert encode(Image.new("RGB", (8, 8)), media_type).startswith(head)


def test_a_type_without_an_encoder_is_refused() -> None:
    with pytest.raises(ValueError, match="image/tiff"):
        encode(Image.new("RGB", (8, 8)), "image/tiff")


@pytest.mark.parametrize("model", MODELS[:3])
def test_a_1k_face_takes_a_fraction_of_a_second_of_one_core(model: str) -> None:
    began = time.process_time()
    encode(draw_face(model, FISHERWOMAN, 1, 896, 1216), "image/webp")
    assert time.process_time() - began < 0.6  # 0.15 when nothing else runs


def test_variation_differs_and_upscale_does_not() -> None:
    reference = encode(face("gpt-image-2", FISHERWOMAN, 1), "image/png")

    def drawn_for(words: str, seed: int) -> Image.Image:
        order = GenerationOrder("gpt-image-2", words, *SMALL, 1, "image/png", 0.0, seed, (reference,), "edit")
        return open_rgb(draw_pictures(order, 1)[0].data)

    original = open_rgb(reference)
    first, second = (drawn_for("It is another moment: another expression", seed) for seed in (1, 2))
    same = drawn_for("The same photograph, at a higher resolution", 1)
    assert min(difference(original, first), difference(original, second), difference(first, second)) > 10
    assert difference(original, same) < 10


@pytest.mark.parametrize("model", EACH_MODEL)
def test_a_white_ground_is_white_and_leaves_the_person(model: str) -> None:
    """The prompt's own words, as the product writes them for `--ground white`."""
    prompts = [
        Prompt.for_brief(Brief("Maya", FISHERWOMAN, ground=ground)).text for ground in (Ground.WHITE, Ground.MUTED)
    ]
    white, muted = (np.asarray(face(model, prompt, 1)) for prompt in prompts)
    height, width, _ = white.shape
    corners = [(slice(0, height // 12), slice(0, width // 8)), (slice(0, height // 12), slice(-width // 8, None))]
    assert min(white[corner].min() for corner in corners) > 240, "white but for the grain that says who it is"
    assert min(muted[corner].min() for corner in corners) < 235
    middle = white[height // 3 : height // 2, width * 2 // 5 : width * 3 // 5]
    assert middle.mean() < 240, "the face is drawn"
