"""Fetch a picture by its URL, and reach nothing but public addresses unless asked to.

A URL is taken apart by one strict pattern, its host is resolved once, every address found must be
public, and the connection is dialled to an address that was checked, never by name again. Each
redirect passes through the same gate.
"""

from lenet.web.addresses import is_public
from lenet.web.fetching import fetch
from lenet.web.urls import is_url

__all__ = ["fetch", "is_public", "is_url"]
