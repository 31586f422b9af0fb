"""users.*"""

from playground.people import Person
from playground.slack.access import known
from playground.slack.call import Call, Method
from playground.slack.pages import paged
from playground.slack.rates import TIER_2, TIER_3, TIER_4
from playground.slack.store import Json


def info(call: Call) -> Json:
    person = known(call, call.arguments.text("user"))
    return {"user": described(call, person)}


def list_all(call: Call) -> Json:
    people = call.world.people(call.install.team)
    return paged(call.arguments, "members", [described(call, person) for person in people])


def presence(call: Call) -> Json:
    """Nobody's comings and goings are played here: people are there, those deactivated are away."""
    person = known(call, call.arguments.text("user", call.install.bot))
    return {"presence": "away" if person.deleted else "active"}


def profile(call: Call) -> Json:
    person = known(call, call.arguments.text("user", call.install.bot))
    return {"profile": described(call, person)["profile"]}


def described(call: Call, person: Person) -> Json:
    """A user object."""
    first, _, last = person.real_name.partition(" ")
    names = {"real_name": person.real_name, "display_name": person.name, "first_name": first, "last_name": last}
    normalized = {"real_name_normalized": person.real_name, "display_name_normalized": person.name}
    shown: Json = {
        "id": person.id,
        "team_id": call.install.team,
        "name": person.name,
        "real_name": person.real_name,
        "deleted": person.deleted,
        "profile": {**names, **normalized, "title": person.title, "team": call.install.team},
        "is_bot": person.is_bot,
        "is_app_user": False,
        "updated": 1764000000,
    }
    if person.deleted:
        return shown
    roles = {"is_admin": False, "is_owner": False, "is_primary_owner": False}
    roles |= {"is_restricted": person.is_guest, "is_ultra_restricted": False}
    shown |= {**roles, "tz": person.tz, "tz_label": person.tz_label, "tz_offset": person.tz_offset}
    return shown | {"locale": "en-GB"} if call.arguments.flag("include_locale") else shown


METHODS = {
    "users.info": Method(info, TIER_4, ("users:read",), ("user",)),
    "users.list": Method(list_all, TIER_2, ("users:read",)),
    "users.getPresence": Method(presence, TIER_3, ("users:read",)),
    "users.profile.get": Method(profile, TIER_4, ("users.profile:read",)),
}
