"""Voters named in a typed line, by their ids."""

from collections.abc import Mapping
from dataclasses import replace

from bot.brief import Brief
from bot.errors import BriefError


def resolve_voters(brief: Brief, mentions: Mapping[str, str], line: str) -> Brief:
    """`brief` with its voters' ids in place of their names; raises BriefError for one that Slack did not know."""
    if unknown := [name for name in brief.voters if name not in mentions]:
        raise BriefError("voters", "unknown", ", ".join(f"@{name}" for name in unknown), line=line)
    return replace(brief, voters=tuple(mentions[name] for name in brief.voters))
