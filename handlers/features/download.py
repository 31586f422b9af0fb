"""[Download]: a face with its files as one archive, sent to the user's direct messages."""

from dataclasses import dataclass

from slack_bolt.async_app import AsyncApp

from handlers.presenters.download import ArchiveSender
from handlers.slack.listeners import Listeners, press_listener
from handlers.slack.payloads.values import ButtonPress
from handlers.slack.responder import Responder
from handlers.text import download
from handlers.views import private


@dataclass(frozen=True)
class DownloadListeners(Listeners):
    """Listeners for downloads under faces."""

    archives: ArchiveSender

    def listen(self, app: AsyncApp) -> None:
        app.action("take")(press_listener(self.on_download, self.guard.get_round, ack_first=True))

    async def on_download(self, press: ButtonPress, responder: Responder) -> None:
        archive = await self.casting.face_download.archive(press.id, press.person)
        await self.archives.send(press.place.team, press.person, archive)
        await responder.ephemeral(private.note(download.sent(archive)))
