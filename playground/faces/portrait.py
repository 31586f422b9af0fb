"""Draws a person from back to front."""

from functools import partial

from playground.faces.beard import draw_beard
from playground.faces.eyes import draw_brows, draw_eyes
from playground.faces.hair import draw_hair
from playground.faces.hair_behind import draw_hair_behind
from playground.faces.hats import draw_hat
from playground.faces.head import draw_ears, draw_form, draw_neck, draw_skull, head_pose
from playground.faces.jewels import draw_jewels
from playground.faces.mouth import draw_mouth
from playground.faces.nose import draw_nose
from playground.faces.person import Person
from playground.faces.plait import draw_plait
from playground.faces.shapes import Points, Rng
from playground.faces.sketch import Sketch
from playground.faces.skin import draw_lines, draw_skin
from playground.faces.turned_head import (
    COVERS_EARS,
    behind_pose,
    draw_cranium,
    draw_outline,
    ear_pose,
    is_hidden,
    is_profile,
    is_wide,
    turned_pose,
)
from playground.faces.wardrobe import draw_clothes


def sketch_of(person: Person, rng: Rng) -> Sketch:
    """Return all marks of a portrait; only the head is posed, not clothes and neck."""
    if is_wide(person):
        return _turned_sketch(person, rng)
    sketch = Sketch()
    still, head = _still, head_pose(person)
    sketch.pose = head
    draw_hair_behind(sketch, person, rng)
    sketch.pose = still
    draw_neck(sketch, person)
    draw_clothes(sketch, person, rng)
    if person.hair_style == "plait":
        draw_plait(sketch, person)
    sketch.pose = head
    draw_ears(sketch, person)
    draw_skull(sketch, person)
    draw_skin(sketch, person, rng)
    draw_nose(sketch, person)
    draw_lines(sketch, person)
    if person.beard != "beard":
        draw_beard(sketch, person, rng)
    draw_eyes(sketch, person)
    if person.beard == "beard":
        draw_beard(sketch, person, rng)
    draw_mouth(sketch, person)
    draw_brows(sketch, person)
    draw_hair(sketch, person, rng)
    draw_hat(sketch, person)
    draw_jewels(sketch, person)
    return sketch


def _turned_sketch(person: Person, rng: Rng) -> Sketch:
    """Return the marks of a head turned far to one side: what is turned away is left out, the ear is on the hair."""
    sketch = Sketch()
    head, hides = turned_pose(person), partial(is_hidden, person)
    sketch.pose = behind_pose(person)
    draw_hair_behind(sketch, person, rng)
    sketch.pose = _still
    draw_neck(sketch, person)
    draw_clothes(sketch, person, rng)
    if person.hair_style == "plait":
        draw_plait(sketch, person)
    sketch.pose = head
    draw_cranium(sketch, person)
    if is_profile(person):
        sketch.pose = _still
        draw_outline(sketch, person)
        sketch.pose = head
        draw_form(sketch, person)
    else:
        draw_skull(sketch, person)
    sketch.hides = hides
    draw_skin(sketch, person, rng)
    if not is_profile(person):
        draw_nose(sketch, person)
    draw_lines(sketch, person)
    if person.beard != "beard":
        draw_beard(sketch, person, rng)
    draw_eyes(sketch, person)
    if person.beard == "beard":
        draw_beard(sketch, person, rng)
    if not is_profile(person):
        draw_mouth(sketch, person)
    draw_brows(sketch, person)
    sketch.hides = _nothing
    draw_hair(sketch, person, rng)
    sketch.hides, sketch.pose = hides, ear_pose(person)
    if person.hair_style not in COVERS_EARS:
        draw_ears(sketch, person)
    sketch.hides, sketch.pose = _nothing, head
    draw_hat(sketch, person)
    sketch.hides = hides
    draw_jewels(sketch, person)
    return sketch


def _nothing(points: Points) -> bool:  # noqa: ARG001 - as `is_hidden`
    return False


def _still(points: Points) -> Points:
    return points
