"""The error of a scenario."""


class ScenarioFailed(Exception):
    """A step of the scenario failed; the message names it."""
