"""[Download]: a face with its files as one archive, sent to the user's direct messages."""

from slack_bolt.async_app import AsyncApp

from bot.usecases.casting import Casting
from handlers.presenters.download import ArchiveSender
from handlers.slack.listeners import press_listener
from handlers.slack.ownership import WorkspaceGuard
from handlers.slack.payloads.values import ButtonPress
from handlers.slack.responder import Responder
from handlers.text import download
from handlers.views import private


class DownloadListeners:
    """Listeners for downloads under faces."""

    def __init__(self, casting: Casting, archives: ArchiveSender, guard: WorkspaceGuard) -> None:
        self._face_download = casting.face_download
        self._archives = archives
        self._guard = guard

    def listen(self, app: AsyncApp) -> None:
        app.action("take")(press_listener(self.on_download, self._guard.get_round, ack_first=True))

    async def on_download(self, press: ButtonPress, responder: Responder) -> None:
        archive = await self._face_download.archive(press.id, press.person)
        await self._archives.send(press.place.team, press.person, archive)
        await responder.ephemeral(private.note(download.sent(archive)))
