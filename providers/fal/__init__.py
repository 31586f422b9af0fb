"""fal: queue, request bodies and models."""
