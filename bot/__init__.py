"""The casting core, its use cases, and the wiring of the whole bot."""
