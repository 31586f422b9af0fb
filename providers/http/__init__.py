"""HTTP transport of all providers, the only package that imports httpx: timeouts, limits, errors, downloads."""
