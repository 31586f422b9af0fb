"""Limits for one person beside those on money, for what costs nothing: rounds, forms and free portraits."""

from dataclasses import dataclass


@dataclass(frozen=True)
class PersonLimits:
    """The most for one person in a workspace: rounds open at once, and forms and free portraits in 24 hours."""

    open_rounds: int = 50
    forms: int = 200
    free_portraits: int = 200
