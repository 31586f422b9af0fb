"""Helpers without workspace state: ids, errors, rates, logs, faults."""
