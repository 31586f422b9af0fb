"""Slack's payloads as values: `values` are the types, `parsers` make them."""
