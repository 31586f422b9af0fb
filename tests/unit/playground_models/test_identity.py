"""Practice people keep who they are: the identity travels in the picture, and views turn the same person."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from bot.domain.character_sheet import ALL_VIEWS
from bot.domain.prompt import Prompt, sheet_prompt
from bot.imaging.references import Limits, fit_to_limits, normalize_reference
from playground.faces import draw_face, encode
from playground.faces.identity import Identity
from playground.faces.identity_mark import read_mark
from playground.faces.styles import STYLE_NAMES
from playground.faces.views import ViewWanted, draw_view
from playground.models.drawing import draw_pictures
from playground.models.generation_order import GenerationOrder

STYLES = (
    *("recraftv4_1", "gpt-image-2", "gemini-3-pro-image"),
    *("gemini-nano-banana-2.1", "gpt-image-2.5-flare", "recraftv4_1_flash"),
)
BRIEF = "weathered 60-year-old fisherwoman, grey plait, freckles, three-quarter coat, kind smile"
PROMPT = f"The character:\n{BRIEF}\n\nNatural skin."
SIZE = (448, 600)


def opened(data: bytes) -> Image.Image:
    return Image.open(BytesIO(data)).convert("RGB")


def draw(model: str = STYLES[0], prompt: str = PROMPT, seed: int = 3) -> Image.Image:
    return draw_face(model, prompt, seed, *SIZE)


def turned(view: str, width: int = SIZE[0], height: int = SIZE[1]) -> Image.Image:
    identity, wanted = read_mark(draw()), ViewWanted.of(sheet_prompt(BRIEF, ALL_VIEWS[view]))
    assert identity
    assert wanted
    return draw_view(identity, wanted, width, height, 2560)


@pytest.mark.parametrize("model", [STYLES[0], *(pytest.param(style, marks=pytest.mark.heavy) for style in STYLES[1:])])
def test_the_identity_survives_what_the_bot_does_with_a_reference(model: str) -> None:
    picture = draw_face(model, PROMPT, 3, 896, 1200)
    expected = Identity.of(model, PROMPT, 3, read_mark(picture).style)  # type: ignore[union-attr]
    png = encode(picture, "image/png")
    for data in (
        png,
        encode(picture, "image/jpeg"),
        encode(picture, "image/webp"),
        normalize_reference(png),
        fit_to_limits(png, "m", Limits(400_000, 4_000_000, 1000)),
        fit_to_limits(png, "m", Limits(50_000_000, 4_000_000, 600)),
    ):
        found = read_mark(opened(data))
        assert found
        assert (found.seed, found.style) == (expected.seed, expected.style)
        assert found.traits.marks == expected.traits.marks
        assert found.person()[0] == expected.person()[0], "the same person is drawn again"


def test_every_trait_is_carried_and_damaged_bytes_are_refused() -> None:
    texts = (BRIEF, "bald man of 50, black beard, glasses, blue light, suit", "young woman, red curly hair, beret", "")
    for text in texts:
        for style in STYLE_NAMES:
            identity = Identity.of("m", text, 9, style)
            data = identity.to_bytes()
            read = Identity.from_bytes(data)
            assert read
            assert read.person()[0] == identity.person()[0]
            assert Identity.from_bytes(bytes([data[0] ^ 1]) + data[1:]) is None


def test_a_photo_and_a_crop_carry_nobody() -> None:
    noise = Image.frombytes("RGB", SIZE, np.random.default_rng(1).bytes(SIZE[0] * SIZE[1] * 3))
    assert read_mark(noise) is None
    assert read_mark(Image.new("RGB", SIZE, "grey")) is None
    assert read_mark(draw().crop((60, 80, 400, 560))) is None


def test_people_of_other_seeds_are_others() -> None:
    assert len({read_mark(draw(seed=seed)).seed for seed in range(4)}) == 4  # type: ignore[union-attr]


@pytest.mark.parametrize("view", ["front", "three-quarter-left", "profile", "close-up", "fear", "profile-smile"])
def test_a_view_is_another_picture_of_the_same_person(view: str) -> None:
    original, drawn = draw(), turned(view)
    assert drawn.size == SIZE
    assert read_mark(drawn) == read_mark(original)
    difference = np.abs(np.asarray(original, dtype=int) - np.asarray(drawn, dtype=int)).mean()
    assert difference > 1.0


def test_the_face_turns_to_the_side_that_the_prompt_names() -> None:
    front = skin_middle(turned("front"))
    left, right = skin_middle(turned("three-quarter-left")), skin_middle(turned("three-quarter-right"))
    profile = skin_middle(turned("profile"))
    assert left < front - 0.01
    assert right > front + 0.01
    assert profile < front - 0.02


def skin_middle(picture: Image.Image) -> float:
    """Where the skin of the face is on average across the picture, 0 to 1."""
    pixels = np.asarray(picture.crop((0, 150, SIZE[0], 330)), dtype=int)
    red, green, blue = pixels[..., 0], pixels[..., 1], pixels[..., 2]
    is_skin = (red > green + 18) & (green > blue) & (red > 120)
    return float(np.nonzero(is_skin)[1].mean()) / SIZE[0]


def test_words_of_the_brief_do_not_turn_the_head() -> None:
    wanted = ViewWanted.of(sheet_prompt("a smiling woman in profile, close-up", ALL_VIEWS["front"]))
    assert wanted == ViewWanted(0.0, "", is_close=False)
    assert ViewWanted.of(Prompt.for_variation(PROMPT).text) is None, "a variation asks for no view"


def test_a_model_draws_the_person_of_the_reference_not_of_its_own_prompt() -> None:
    reference = encode(draw(), "image/png")
    prompt = sheet_prompt("somebody else entirely, a bald man of 80", ALL_VIEWS["profile"])
    order = GenerationOrder("gemini-3-pro-image", prompt, *SIZE, 1, "image/png", 0.1, 5, (reference,), operation="edit")
    (picture,) = draw_pictures(order, 1)
    assert read_mark(opened(picture.data)) == read_mark(draw())


def test_a_person_on_white_stays_on_white() -> None:
    brief = "The character:\nbald man of 50, black beard\n\nplain white background"
    reference = encode(draw(prompt=brief), "image/png")
    prompt = sheet_prompt("bald man of 50", ALL_VIEWS["profile"])
    order = GenerationOrder("gemini-3-pro-image", prompt, *SIZE, 1, "image/png", 0.1, 5, (reference,), operation="edit")
    (picture,) = draw_pictures(order, 1)
    corner = np.asarray(opened(picture.data).crop((0, 0, 60, 60)), dtype=int)
    assert corner.mean() > 248
    assert read_mark(opened(picture.data)) == read_mark(draw(prompt=brief))


@pytest.mark.parametrize("seed", range(5))
def test_a_view_of_another_ratio_has_the_background_of_the_reference(seed: int) -> None:
    original = draw(seed=seed)
    identity, front = read_mark(original), ViewWanted.of(sheet_prompt(BRIEF, ALL_VIEWS["front"]))
    assert identity
    assert front
    higher = draw_view(identity, front, SIZE[0], SIZE[1] + 16, 2560).resize(SIZE, Image.Resampling.BOX)
    for left in (0, SIZE[0] - 60):
        before, after = (
            np.asarray(picture.crop((left, 0, left + 60, 300)), dtype=int).mean((0, 1))
            for picture in (original, higher)
        )
        assert np.abs(before - after).max() < 12
