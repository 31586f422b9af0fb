"""The casting core, its use cases, and the wiring of the whole bot."""

__version__ = "0.1.0"
