"""The practice Web API: routes, pagination and methods."""
