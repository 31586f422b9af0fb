"""Draws a person from back to front."""

from playground.faces.beard import draw_beard
from playground.faces.eyes import draw_brows, draw_eyes
from playground.faces.hair import draw_hair
from playground.faces.hair_behind import draw_hair_behind
from playground.faces.hats import draw_hat
from playground.faces.head import draw_ears, draw_neck, draw_skull, head_pose
from playground.faces.jewels import draw_jewels
from playground.faces.mouth import draw_mouth
from playground.faces.nose import draw_nose
from playground.faces.person import Person
from playground.faces.plait import draw_plait
from playground.faces.shapes import Points, Rng
from playground.faces.sketch import Sketch
from playground.faces.skin import draw_lines, draw_skin
from playground.faces.wardrobe import draw_clothes


def sketch_of(person: Person, rng: Rng) -> Sketch:
    """Return all marks of a portrait; only the head is posed, not clothes and neck."""
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


def _still(points: Points) -> Points:
    return points
