"""users.*"""

from playground.seed_data import Person
from playground.slack.core.rate_limits import TIER_2, TIER_3, TIER_4
from playground.slack.core.store import Json
from playground.slack.web_api.pagination import paginate
from playground.slack.workspace.access import require_user
from playground.slack.workspace.api_call import ApiCall, ApiMethod


def info(call: ApiCall) -> Json:
    person = require_user(call, call.arguments.text("user"))
    return {"user": to_user_object(call, person)}


def list_all(call: ApiCall) -> Json:
    people = [person for person in call.workspace.people(call.install.team) if not person.hidden]
    return paginate(call.arguments, "members", [to_user_object(call, person) for person in people])


def presence(call: ApiCall) -> Json:
    """Return `active`, or `away` for deactivated people: presence is not simulated."""
    person = require_user(call, call.arguments.text("user", call.install.bot))
    return {"presence": "away" if person.deleted else "active"}


def profile(call: ApiCall) -> Json:
    person = require_user(call, call.arguments.text("user", call.install.bot))
    return {"profile": to_user_object(call, person)["profile"]}


def to_user_object(call: ApiCall, person: Person) -> Json:
    """Build a user object; `is_stranger` is false for a connected person, who shares a channel with the app."""
    team = person.home or call.install.team
    first, _, last = person.real_name.partition(" ")
    names = {"real_name": person.real_name, "display_name": person.name, "first_name": first, "last_name": last}
    normalized = {"real_name_normalized": person.real_name, "display_name_normalized": person.name}
    user: Json = {
        "id": person.id,
        "team_id": team,
        "name": person.name,
        "real_name": person.real_name,
        "deleted": person.deleted,
        "profile": {**names, **normalized, "title": person.title, "team": team},
        "is_bot": person.is_bot,
        "is_app_user": False,
        "is_workflow_bot": person.workflow,
        "updated": 1764000000,
    }
    if person.home:
        user["is_stranger"] = False
    if person.deleted:
        return user
    roles = {"is_admin": person.is_admin, "is_owner": False, "is_primary_owner": False}
    roles |= {"is_restricted": person.is_guest, "is_ultra_restricted": False}
    user |= {**roles, "tz": person.tz, "tz_label": person.tz_label, "tz_offset": person.tz_offset}
    return user | {"locale": "en-GB"} if call.arguments.flag("include_locale") else user


METHODS = {
    "users.info": ApiMethod(info, TIER_4, ("users:read",), ("user",)),
    "users.list": ApiMethod(list_all, TIER_2, ("users:read",)),
    "users.getPresence": ApiMethod(presence, TIER_3, ("users:read",)),
    "users.profile.get": ApiMethod(profile, TIER_4, ("users.profile:read",)),
}
