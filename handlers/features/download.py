"""A press that hands somebody a face with all that belongs to it, in their own messages."""

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.respond.async_respond import AsyncRespond

from bot.usecases.casting import Casting
from handlers.presenters.face_archive import ArchiveSender
from handlers.slack.clients import Clients
from handlers.slack.error_replies import reply_with_errors
from handlers.slack.ownership import WorkspaceGuard
from handlers.slack.payloads import Payload, press_from
from handlers.slack.responder import Responder
from handlers.text import download as download_text
from handlers.views import private


class DownloadListeners:
    """Listens under faces. The ZIP goes into the person's conversation with the bot, never into the channel."""

    def __init__(self, casting: Casting, workspace_guard: WorkspaceGuard, clients: Clients) -> None:
        self._face_download = casting.face_download
        self._workspace_guard = workspace_guard
        self._archive_sender = ArchiveSender(clients)

    def listen(self, app: AsyncApp) -> None:
        app.action("take")(self.on_download)

    async def on_download(self, ack: AsyncAck, body: Payload, respond: AsyncRespond) -> None:
        responder = Responder(ack, respond)
        async with reply_with_errors(responder.ephemeral):
            press = press_from(body)
            responder.thread_ts = press.thread_ts
            await responder.ack()
            await self._workspace_guard.get_round(press)
            archive = await self._face_download.archive(press.id, press.person)
            await self._archive_sender.send(press.place.team, press.person, archive)
            await responder.ephemeral(private.note(download_text.sent(archive)))
