"""Pictures side by side for modals: drawn once, and kept in Slack without being shared in a conversation."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial

import structlog

from bot.domain.face import Face
from bot.domain.service_errors import PortraitMissing, SlackUnavailable
from bot.ports.messaging import Picture
from bot.ports.rounds import RoundRepository
from bot.usecases.casting import Casting
from bot.usecases.compare import ComparisonResult
from handlers.slack.files import Upload, Uploads
from handlers.slack.locations import RoundLocations
from handlers.text import alt_text
from handlers.text import compare as words

log = structlog.get_logger()

# Fewer pictures are not beside anything.
_LEAST = 2


class ComparePresenter:
    """Uploader of pictures that show several portraits side by side; its methods return a file id or an empty text."""

    def __init__(self, casting: Casting, rounds: RoundRepository, uploads: Uploads, locations: RoundLocations) -> None:
        self._comparison = casting.comparison
        self._rounds = rounds
        self._uploads = uploads
        self._locations = locations

    async def candidates_file(self, comparison: ComparisonResult) -> str:
        """Return the picture of the chosen candidates; "" for one alone, and where Slack takes no picture."""
        round_, chosen = comparison.round, comparison.chosen
        if len(chosen) < _LEAST:
            return ""
        # The number of candidates is part of the key: they all count for the common sharpness.
        covered = "".join(f"-{number}" for number in round_.hidden_numbers)
        key = f"side-by-side:{round_.id}:{len(round_.candidates)}{covered}:{' '.join(slot.id for slot in chosen)}"
        numbers = [slot.number or 0 for slot in chosen]
        return await self._file(
            round_.place.team,
            key,
            [round_.id],
            partial(self._comparison.compose, comparison),
            words.picture_title(round_.character, numbers),
            alt_text.side_by_side(round_, numbers),
        )

    async def versions_file(self, team: str, faces: Sequence[Face]) -> str:
        """Return the picture of several versions of one character's face."""
        newest = max(faces, key=lambda face: face.version)
        numbers = sorted(face.version for face in faces)
        return await self._file(
            team,
            f"side-by-side:{' '.join(sorted(face.round_id for face in faces))}",
            [face.round_id for face in faces],
            partial(self._comparison.compose_versions, faces),
            words.versions_title(newest.character, numbers),
            alt_text.versions(newest.character, newest.brief, numbers),
        )

    async def _file(
        self,
        team: str,
        key: str,
        rounds: Sequence[str],
        compose: Callable[[], Awaitable[Picture]],
        title: str,
        alt: str,
    ) -> str:
        try:
            for file_id in await self._rounds.get_upload(key):
                if await self._locations.file_url(team, file_id) is not None:
                    return file_id
            picture = await compose()
            upload = Upload(picture.data, picture.filename, title, alt)
            file_id = await self._uploads.upload_unshared(team, upload, rounds)
            await self._rounds.set_upload(key, [file_id])
        except (PortraitMissing, SlackUnavailable) as error:
            log.warning("side_by_side_missing", why=str(error))
            return ""
        except Exception:  # the modal shows the pictures below each other, whatever is wrong with one of them
            log.exception("side_by_side_failed")
            return ""
        return file_id
