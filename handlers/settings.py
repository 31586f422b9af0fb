"""The form of `/cast settings`, sent in: a production's customs, saved or told at their field why not."""

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from bot.casting import Casting
from bot.errors import Barred, Changed, Clashes, Unfit
from bot.face import Place
from handlers.apology import apology
from handlers.blocks import private
from handlers.blocks import settings as blocks
from handlers.delivery import FormBack
from handlers.payloads import Filled, Payload, filled_from
from handlers.words import errors
from handlers.words import settings as words
from handlers.words.text import unmarked
from handlers.words.titles import Titles


class Settings:
    """Listens to the form. It is saved before the ack; two who save at once never overwrite each other unseen."""

    def __init__(self, casting: Casting) -> None:
        self._keeping = casting.keeping
        self._titles = Titles(casting.catalogue)

    def listen(self, app: AsyncApp) -> None:
        app.view(blocks.CALLBACK)(self.on_submit)

    async def on_submit(self, ack: AsyncAck, body: Payload, client: AsyncWebClient) -> None:
        back = FormBack(ack, client, "name")
        async with apology(back.privately):
            form = filled_from(body)
            channel, seen = form.told(2)
            back.place, back.person = Place(form.place.team, channel), form.person
            try:
                deeds = await self._keeping.save(back.place, form.person, seen, _chosen(form))
            except Unfit as error:
                wrong = {fault.field: words.fault(fault) for fault in error.faults}
                await ack(response_action="errors", errors=wrong)
                return
            except (Clashes, Barred) as error:
                if isinstance(error, Barred) and not _chosen(form).get("production"):
                    raise
                await ack(response_action="errors", errors={"production": unmarked(errors.sentence(error))})
                return
            except Changed:
                await self._again(ack, back.place, form.person)
                return
            await ack()
            await back.privately(private.note(words.saved(deeds, self._titles)))

    async def _again(self, ack: AsyncAck, place: Place, person: str) -> None:
        """The same form with what holds by now, and a word above it that says so."""
        standing = await self._keeping.standing(place, person)
        await ack(response_action="update", view=blocks.form(standing, self._titles, words.CHANGED))


def _chosen(form: Filled) -> dict[str, tuple[str, ...]]:
    """The fields as the core knows them: the production it casts for already is no choice."""
    return {field: held for field, held in form.chosen.items() if held != (blocks.HERE,)}
