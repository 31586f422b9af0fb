"""Shared transport, the only package that imports httpx: deadlines, limits, errors, downloads."""
