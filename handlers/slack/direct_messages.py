"""Direct messages about what concerns one person and no round."""

from functools import partial

import structlog
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.domain.catalogue import Catalogue, Retirement
from bot.domain.errors import SlackUnavailable
from bot.domain.ids import ChannelRef
from bot.domain.round import Round
from bot.domain.spend_report import LedgerEntry, SpendReport
from bot.imaging.charts import bar_chart
from bot.imaging.pictures import run_in_thread
from bot.ports.messaging import Recipient
from handlers.slack.api_errors import send_view, slack_call
from handlers.slack.clients import Clients
from handlers.slack.files import Upload, Uploads
from handlers.slack.locations import Permalinks
from handlers.slack.responder import send_dm
from handlers.text import direct_messages as direct_messages_text
from handlers.text import spend as spend_text
from handlers.text import voters
from handlers.text.model_titles import Titles
from handlers.views import spend as spend_views
from handlers.views.builder import View, fit
from handlers.views.private import note

log = structlog.get_logger()

_FILE_RETRY_DELAYS = (0.3, 0.6, 1.2)


class SlackDirectMessages:
    """Implements the port Messenger: `chat.postMessage` to a person's id opens their direct message with the app
    (docs.slack.dev, chat.postMessage, "Channels")."""

    def __init__(self, clients: Clients, catalogue: Catalogue) -> None:
        self._clients = clients
        self._titles = Titles(catalogue)
        self._uploads = Uploads(clients)
        self._permalinks = Permalinks(clients)

    async def send_retirement(self, recipient: Recipient, retirement: Retirement) -> None:
        client = self._clients.for_team(recipient.team)
        with slack_call("chat.postMessage"):
            await client.chat_postMessage(
                channel=recipient.person, text=direct_messages_text.retirement_notice(retirement)
            )

    async def send_overspend(self, recipient: Recipient, entry: LedgerEntry) -> None:
        await send_dm(recipient.person, spend_views.overspent(entry), self._clients.for_team(recipient.team))

    async def send_vote_reminder(self, recipient: Recipient, round_: Round) -> None:
        text = voters.vote_missing(round_, await self._permalinks.get(round_))
        await send_dm(recipient.person, note(text), self._clients.for_team(recipient.team))

    async def send_spend_report(self, recipient: Recipient, report: SpendReport) -> None:
        """The words first, then the picture: it hangs in the thread of its own message, where nobody else may look and
        from where Slack is sure to show it. Without it the message says the same."""
        client = self._clients.for_team(recipient.team)
        view = spend_views.spend_report(report, self._titles)
        with slack_call("chat.postMessage"):
            response, _ = await send_view(partial(_post, client, recipient.person), fit(view))
        if not report.productions:
            return
        channel = ChannelRef(recipient.team, str(response["channel"]))
        try:
            await self._attach_chart(channel, str(response["ts"]), report)
        except SlackUnavailable as error:
            log.info("statement_without_picture", what=error.operation)

    async def _attach_chart(self, channel: ChannelRef, ts: str, report: SpendReport) -> None:
        chart = await run_in_thread(bar_chart, spend_text.panels(report, self._titles))
        upload = Upload(
            chart, spend_text.FILE_NAME, spend_text.header(report), spend_text.alt_text(report, self._titles)
        )
        (file_id,) = await self._uploads.upload(channel, ts, [upload])
        await self._uploads.wait_until_displayable(channel.team, file_id)
        view = spend_views.spend_report(report, self._titles, file_id)
        with slack_call("chat.update"):
            await send_view(
                partial(_update, self._clients.for_team(channel.team), channel, ts), fit(view), _FILE_RETRY_DELAYS
            )


async def _post(client: AsyncWebClient, person: str, view: View) -> AsyncSlackResponse:
    return await client.chat_postMessage(channel=person, text=view.text, blocks=view.blocks)


async def _update(client: AsyncWebClient, channel: ChannelRef, ts: str, view: View) -> None:
    await client.chat_update(channel=channel.channel, ts=ts, text=view.text, blocks=view.blocks)
