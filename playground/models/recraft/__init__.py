"""The practice Recraft API."""
