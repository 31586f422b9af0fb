"""Names that resemble a typed one, for a question that a person answers; a near name never stands for the typed one."""

from bot.domain.face import Character
from bot.domain.ids import ChannelRef
from bot.domain.name_match import MAX_SIMILAR_NAMES, nearest
from bot.usecases.access import visible_channels
from bot.usecases.ports import Ports

_MAX_MATCHES = 50
MAX_SUGGESTIONS = 5


async def near_characters(
    ports: Ports,
    name: str,
    person: str,
    place: ChannelRef,
    *,
    only_with_face: bool = False,
    production_id: str | None = None,
) -> list[Character]:
    """Return at most five characters that the person may see whose names resemble `name`, the nearest first.

    `only_with_face` leaves out those without a face, `production_id` those of other productions.
    """
    similar = nearest(name, await ports.storage.roster.similar_names(place.team, name, MAX_SIMILAR_NAMES), _MAX_MATCHES)
    visible = await visible_channels(ports.channel_access, {match.place for match in similar}, person, place)
    ids = dict.fromkeys(
        match.character_id
        for match in similar
        if match.place in visible and production_id in (None, match.production_id)
    )
    found = await ports.storage.roster.get_many(list(ids))
    return [character for character in found if character.face or not only_with_face][:MAX_SUGGESTIONS]
