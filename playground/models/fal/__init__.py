"""The practice fal queue."""
