"""Webhooks: events written with the change that they tell of, endpoints with encrypted secrets, and deliveries."""
