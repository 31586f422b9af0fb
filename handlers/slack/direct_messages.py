"""Direct messages of the bot to one user."""

from collections.abc import Sequence
from contextlib import suppress

import structlog

from bot.domain.catalogue import Catalogue, Retirement
from bot.domain.face import Face
from bot.domain.ids import ChannelRef
from bot.domain.round import Round
from bot.domain.service_errors import SlackUnavailable
from bot.domain.slot import Slot
from bot.domain.spend_report import LedgerEntry, SpendReport
from bot.domain.webhook import WebhookEndpoint
from bot.imaging.charts import bar_chart
from bot.imaging.pictures import run_in_thread
from bot.ports.erasure import MessageAddress, PostedMessages
from bot.ports.messaging import Recipient
from bot.ports.reports import Report
from handlers.slack.clients import Clients
from handlers.slack.directory import SlackDirectory
from handlers.slack.files import Upload, Uploads
from handlers.slack.locations import Permalinks
from handlers.slack.responder import PostedMessage, send_dm, update_message
from handlers.text import deletion
from handlers.text import picture_report as words_of_report
from handlers.text import spend as words
from handlers.text import voters as words_of_voters
from handlers.text import webhooks as words_of_webhooks
from handlers.text.model_titles import Titles
from handlers.views import spend as blocks
from handlers.views.builder import View
from handlers.views.private import note
from handlers.views.reaudition import retirement_notice

log = structlog.get_logger()


class SlackDirectMessages:
    """Implementation of the port DirectMessages."""

    def __init__(
        self,
        clients: Clients,
        catalogue: Catalogue,
        directory: SlackDirectory | None = None,
        posted: PostedMessages | None = None,
    ) -> None:
        self._clients = clients
        self._posted = posted
        self._directory = directory or SlackDirectory(clients)
        self._titles = Titles(catalogue)
        self._uploads = Uploads(clients)
        self._permalinks = Permalinks(clients)

    async def send_retirement(self, recipient: Recipient, retirement: Retirement, faces: Sequence[Face] = ()) -> None:
        await self._send(recipient, retirement_notice(retirement, faces))

    async def send_overspend(self, recipient: Recipient, entry: LedgerEntry) -> None:
        await self._send(recipient, blocks.overspent(entry))

    async def send_vote_reminder(self, recipient: Recipient, round_: Round) -> None:
        text = words_of_voters.vote_missing(round_, await self._permalinks.get(round_))
        await self._send_about(round_, recipient, text)

    async def send_deletion_report(self, recipient: Recipient, refused_files: Sequence[str]) -> None:
        await self._send(recipient, note(deletion.report(len(refused_files))))

    async def send_report(self, recipient: Recipient, round_: Round, slot: Slot, report: Report) -> None:
        text = words_of_report.notice(round_, slot, report, await self._permalinks.get(round_))
        await self._send_about(round_, recipient, text)

    async def send_webhook_off(self, recipient: Recipient, endpoint: WebhookEndpoint) -> None:
        await self._send(recipient, note(words_of_webhooks.switched_off(endpoint)))

    async def send_spend_report(self, recipient: Recipient, report: SpendReport) -> None:
        """Send the report, then add its chart, which is uploaded into the message's own thread."""
        posted = await self._send(recipient, blocks.spend_report(report, self._titles))
        if not report.productions:
            return
        try:
            await self._attach_chart(recipient.team, posted, report)
        except SlackUnavailable as error:
            log.info("chart_upload_failed", what=error.operation)

    async def _send(self, recipient: Recipient, view: View) -> PostedMessage:
        return await send_dm(recipient.person, view, await self._clients.for_team(recipient.team))

    async def _send_about(self, round_: Round, recipient: Recipient, text: str) -> None:
        """Send a message about a round, and store where it is, so that deleting the character deletes it."""
        sent = await self._send(recipient, note(text))
        if self._posted:
            await self._posted.add(round_.id, MessageAddress(sent.channel, sent.ts))

    async def _attach_chart(self, team: str, posted: PostedMessage, report: SpendReport) -> None:
        names = await self._chart_names(team, report)
        chart = await run_in_thread(bar_chart, words.panels(report, self._titles, names))
        upload = Upload(chart, words.FILE_NAME, words.header(report), words.alt_text(report, self._titles, names))
        (file_id,) = await self._uploads.upload(ChannelRef(team, posted.channel), posted.ts, [upload])
        await self._uploads.wait_until_displayable(team, file_id)
        view = blocks.spend_report(report, self._titles, file_id, names)
        await update_message(view, posted, await self._clients.for_team(team))

    async def _chart_names(self, team: str, report: SpendReport) -> dict[str, str]:
        """Return the names of channels and people in the chart, as far as Slack tells them."""
        channels, people = words.bar_ids(report)
        names = {channel: await self._directory.channel_name(ChannelRef(team, channel)) for channel in channels}
        for person in people:
            with suppress(SlackUnavailable):
                names[person] = (await self._directory.get_user(team, person)).name
        return names
