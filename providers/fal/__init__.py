"""fal: client, queue, request bodies and models."""
