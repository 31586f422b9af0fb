"""The doors: REST at `/v1` and MCP at `/mcp`, for programs and agents. Imported only where DOORS_PORT is set.

The doors call use cases only. No other package imports FastAPI, Starlette, uvicorn or mcp.
"""
