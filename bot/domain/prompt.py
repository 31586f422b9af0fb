"""The one prompt made from a brief. The frame is fixed and versioned, so every face has a traceable prompt."""

import re
from dataclasses import dataclass
from hashlib import sha256

from bot.domain.brief import Brief, Ground
from bot.domain.callback import Situation
from bot.domain.character_sheet import Angle, Expression, View

VERSION = "portrait-2"
VERSION_WITH_REFERENCE = "portrait-2-like"
VERSION_VARIATION = "portrait-2-varied"
VERSION_CALLBACK = "portrait-2-callback"
# Appended where the production's style is part of the prompt.
STYLE_SUFFIX = "-style"
# Appended where the background is white.
WHITE_SUFFIX = "-white"

# No default model accepts a negative prompt (Recraft V4 ignores it, OpenAI and Gemini have none), so the frame states
# what should be there. "Flawless", "perfect" and "8K" are avoided: they make skin look like wax.
_FRAME = """\
Photographic casting portrait of one person, head and shoulders, {framing}, facing the camera, eyes open and in focus.

The character:
{brief}

{age}Natural skin: visible pores, fine lines, uneven tone, a little redness, stubble or peach fuzz where it grows, \
natural asymmetries. Natural hair with loose strands. Soft natural light from a window, true colours, \
85 mm lens at f/4, {ground}, unretouched, as a casting director would photograph a person on the day.
One person alone in the frame, no lettering."""

_REFERENCE_FRAME = """
The attached picture shows this character's face. Keep the person: same bone structure, eyes, nose, mouth and marks. \
Where the description above asks for another age, hair or dress, follow the description."""

_FRAMING = {
    "1:1": "square frame",
    "4:5": "upright 4:5 frame",
    "3:4": "upright 3:4 frame",
    "2:3": "upright 2:3 frame",
    "9:16": "tall 9:16 frame with space above the head",
    "16:9": "wide 16:9 frame with the person in the middle and space on both sides",
}

# A white ground is for cutting the person out, so the edge of hair and shoulders must stay visible on it.
_GROUND = {
    Ground.MUTED: "plain muted background",
    Ground.WHITE: "plain pure white seamless background, evenly lit and free of shadows, the outline of hair and "
    "shoulders clear",
}

_AGE_PATTERN = re.compile(
    r"\b(?:aged?\s{0,3}|age\s{1,3}of\s{0,3})?(\d{1,3})(?=\s{0,3}(?:-|‑|–)?\s{0,3}(?:years?|yrs?|yo\b|y/o))"
    r"|\baged?\s{0,3}(\d{1,3})\b|,\s{0,3}(\d{2})\b(?=\s{0,3}(?:,|\.|$))",
    re.IGNORECASE,
)

_AGE_MARKERS = (
    (12, "a child's round cheeks and soft jaw, smooth skin with faint freckles or marks of play"),
    (19, "a teenager's soft jaw, uneven skin with a blemish or two"),
    (29, "firm young skin with visible pores, the first faint lines when smiling"),
    (39, "fine lines beside the eyes, light creases on the forehead"),
    (49, "settled lines at eyes and mouth, first grey hairs, slightly softened jaw"),
    (59, "clear crow's feet and forehead lines, greying hair, softer jaw line"),
    (69, "deep crow's feet and lines beside the mouth, grey hair, loosened skin at jaw and neck, age spots"),
    (150, "deeply lined face, thin skin with age spots, white or thinning hair, hollowed cheeks"),
)

# Models that are only asked to vary change the bone structure first. The frame lists what to keep and what to change.
_VARIATION_FRAME = """\
Another photograph of the person in the reference, from the same casting day. It is the same face: keep the bone \
structure, eyes, nose, mouth, teeth, skin, marks, asymmetries, age, hair and dress. It is another moment: another \
expression, as between two answers, the head turned or tilted slightly differently, the window light from a slightly \
different side. Keep the framing, the plain background and the natural skin. One person alone in the frame, no \
lettering. The first photograph was made for this description:

{prompt}"""

# After the description, because it overrides it; it stays in the prompt of an upscale.
_VARIATION_CHANGE = """

One change, on the same face: {comment}"""

# The description comes without the frame of the first photograph, which would hold pose, light and crop in place.
_CALLBACK_FRAME = """\
Another photograph of the person in the reference. It is the same face: keep the bone structure, eyes, nose, mouth, \
teeth, skin, marks, asymmetries, age and hair.

{situation}

Natural skin: visible pores, fine lines, uneven tone. True colours, unretouched. One person alone in the frame, no \
lettering. The character:
{brief}"""

_NEUTRAL = "Expression: neutral, face at rest."
_SITUATIONS = {
    Situation.CLOSE_UP: f"Pose: close-up from the forehead to the chin, facing the camera, eyes in focus.\n{_NEUTRAL}\n"
    "Light: soft and even.",
    Situation.WIDE: "Pose: wide shot, the whole figure from head to shoes, standing in a plain street, facing the "
    f"camera, the face small in the frame and still recognizable.\n{_NEUTRAL}\nLight: overcast day.",
    Situation.OTHER_LIGHT: f"Pose: head and shoulders, facing the camera.\n{_NEUTRAL}\nLight: hard, low evening sun "
    "from one side, deep shadows across the face.",
    Situation.PROFILE: "Pose: full profile, head and shoulders turned 90 degrees, the nose points to the left edge of "
    f"the picture.\n{_NEUTRAL}\nLight: soft and even.",
    Situation.LAUGHING: "Pose: head and shoulders, facing the camera.\nExpression: a short, real laugh, teeth showing, "
    "eyes narrowed.\nLight: soft and even.",
}

_UPSCALE_FRAME = """\
The same photograph of the same person as the reference, at a higher resolution. Keep every feature of the face, its \
lines, marks and asymmetries, the expression, the hair, the clothes, the pose, the light, the framing and the \
background exactly as they are. Change nothing and add nothing; resolve what is there more finely: pores, hairs, \
fabric. The photograph was made for this description:

{prompt}"""

# A sheet's views are drawn from the original, so the frame lists what stays before it says what changes.
_SHEET_FRAME = """\
Another photograph of the person in the reference, for the character sheet of a film. It is the same person: keep the \
bone structure, eyes, nose, mouth, teeth, skin, marks, asymmetries, age, hair, dress and background.

{pose}
{expression}

The same lens and soft even light as in the reference. Natural skin: visible pores, fine lines, uneven tone. One \
person alone in the frame, no lettering. The character:
{brief}"""

_SHEET_POSES = {
    Angle.FRONT: "Pose: front view, head and shoulders, facing the camera squarely, head upright.",
    Angle.LEFT: "Pose: three-quarter view, head and shoulders turned 45 degrees, the nose points to the left edge of "
    "the picture, both eyes visible.",
    Angle.RIGHT: "Pose: three-quarter view, head and shoulders turned 45 degrees, the nose points to the right edge "
    "of the picture, both eyes visible.",
    Angle.PROFILE: "Pose: full profile, head and shoulders turned 90 degrees, the nose points to the left edge of the "
    "picture, one eye visible, the outline of forehead, nose, lips and chin clear.",
    Angle.CLOSE_UP: "Pose: close-up from the forehead to the chin, facing the camera, eyes and cheeks fill the frame, "
    "the skin in focus.",
}

_SHEET_EXPRESSIONS = {
    Expression.AS_CAST: "Expression: as in the reference.",
    Expression.NEUTRAL: "Expression: neutral, face at rest, lips closed and relaxed.",
    Expression.SMILE: "Expression: a warm smile that reaches the eyes.",
    Expression.ANGER: "Expression: anger, brows drawn down, jaw set, lips pressed.",
    Expression.FEAR: "Expression: fear, eyes wide, brows raised and drawn together, lips parted.",
    Expression.SADNESS: "Expression: sadness, inner brows raised, corners of the mouth down.",
    Expression.SURPRISE: "Expression: surprise, brows high, eyes wide, mouth open.",
}


@dataclass(frozen=True)
class Prompt:
    """The prompt that every model of a round receives, and the version of its frame."""

    text: str
    version: str = VERSION

    @classmethod
    def for_brief(cls, brief: Brief) -> "Prompt":
        """Return the prompt for the portraits of a brief."""
        age = find_age(brief.text)
        markers = f"Age realistically at {age}: {age_markers(age)}.\n" if age else ""
        description = "\n".join(filter(None, [brief.text, brief.style]))
        frame = _FRAME.format(
            framing=_FRAMING[brief.aspect], ground=_GROUND[brief.ground], brief=description, age=markers
        )
        suffix = (STYLE_SUFFIX if brief.style else "") + (WHITE_SUFFIX if brief.ground is Ground.WHITE else "")
        return (
            cls(frame + _REFERENCE_FRAME, VERSION_WITH_REFERENCE + suffix)
            if brief.reference
            else cls(frame, VERSION + suffix)
        )

    @classmethod
    def for_variation(cls, prompt: str, comment: str = "") -> "Prompt":
        """Return the prompt for a variation of a portrait generated for `prompt`, which is sent as reference.

        `comment` is what the team wants different.
        """
        change = _VARIATION_CHANGE.format(comment=comment) if comment else ""
        return cls(_VARIATION_FRAME.format(prompt=prompt) + change, VERSION_VARIATION)

    @classmethod
    def for_callback(cls, brief: Brief, situation: Situation) -> "Prompt":
        """Return the prompt for a portrait of the person in the reference in another situation."""
        description = "\n".join(filter(None, [brief.text, brief.style]))
        return cls(_CALLBACK_FRAME.format(situation=_SITUATIONS[situation], brief=description), VERSION_CALLBACK)

    @classmethod
    def for_reaudition(cls, prompt: str, version: str) -> "Prompt":
        """Return the prompt that a face's round was drawn for, with the face as the attached reference."""
        if prompt.endswith(_REFERENCE_FRAME):
            return cls(prompt, version)
        suffix = version.removeprefix(VERSION) if version.startswith(VERSION) else ""
        return cls(prompt + _REFERENCE_FRAME, VERSION_WITH_REFERENCE + suffix)

    @property
    def digest(self) -> str:
        """SHA-256 of the text, in hex."""
        return sha256(self.text.encode()).hexdigest()


def upscale_prompt(prompt: str) -> str:
    """Return the prompt for redrawing a portrait at a larger size; `prompt` is what the portrait was generated for.

    For a variation, only the original prompt is used, so that the pose does not change again.
    """
    return _UPSCALE_FRAME.format(prompt=prompt.removeprefix(_VARIATION_FRAME.removesuffix("{prompt}")))


def sheet_prompt(brief: str, view: View) -> str:
    """Return the prompt for one view of a character sheet; `brief` is the description of the character."""
    return _SHEET_FRAME.format(
        pose=_SHEET_POSES[view.angle], expression=_SHEET_EXPRESSIONS[view.expression], brief=brief
    )


def find_age(text: str) -> int | None:
    """Return the age in years that a text gives in digits, or None."""
    match = _AGE_PATTERN.search(text)
    if not match:
        return None
    age = int(next(group for group in match.groups() if group))
    return age if 1 <= age <= 120 else None


def age_markers(age: int) -> str:
    """Return visible signs of `age`: models draw what can be seen better than numbers."""
    return next(markers for max_age, markers in _AGE_MARKERS if age <= max_age)
