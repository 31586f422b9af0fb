"""The `/control` API: faults, clock, users, reset."""
