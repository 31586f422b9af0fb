"""What callbacks and re-auditions ask of the face that they start from."""

from bot.domain.errors import CannotFollowUp
from bot.domain.face import Face
from bot.domain.round import Round
from bot.usecases.ports import Ports


async def require_kept_face(ports: Ports, round_: Round, kind: str) -> Face | None:
    """Return the round's face if it has one; raise CannotFollowUp unless it is the character's and may be used."""
    if round_.is_face_hidden:
        raise CannotFollowUp(kind, "reported", round_.character)
    if (face := await ports.storage.roster.get_face(round_.id)) is None:
        return None
    if face.unlocked:
        raise CannotFollowUp(kind, "unlocked", face.character)
    if face.consent_withdrawn_at:
        raise CannotFollowUp(kind, "withdrawn", face.character)
    character = await ports.storage.roster.get(face.character_id)
    if character and character.face and character.face.round_id != round_.id:
        raise CannotFollowUp(kind, "superseded", face.character)
    return face
