"""The service: an HTTP API under ``/v1`` and the page that uses it.

`lenet.server.app.build` makes the ASGI application; `lenet.server.serving.serve` runs it.
"""
