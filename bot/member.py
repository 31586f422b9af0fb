"""A member of a workspace, as far as casting cares."""

from dataclasses import dataclass


@dataclass(frozen=True)
class User:
    """Whether somebody is a person, a guest (or from a connected workspace), gone (deactivated); and their time zone.

    `zone` is an IANA name and `name` what people call them; each is empty where Slack tells none.
    """

    is_human: bool = True
    is_guest: bool = False
    is_deactivated: bool = False
    time_zone: str = ""
    name: str = ""
