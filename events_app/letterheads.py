"""The logos above letters: small, and kept in memory, so that a thousand letters ask for one only once."""

import asyncio
import hashlib
import time
import uuid
from typing import Final

from events_app.directory.models import Logo
from events_app.foreign.apart import letterhead_apart

FOR: Final = 600.0
"""Seconds until it is looked at whether an organization has another logo now."""
MOST: Final = 64


class Letterheads:
    """Whoever asks for the logo of an organization gets the small one; b"" where there is none."""

    def __init__(self) -> None:
        self._found: dict[str, tuple[float, bytes]] = {}
        self._drawn: dict[bytes, bytes] = {}
        self._looking = asyncio.Lock()

    async def __call__(self, organization_id: str) -> bytes:
        async with self._looking:
            until, picture = self._found.get(organization_id, (0.0, b""))
            if time.monotonic() < until:
                return picture
            picture = await self._look(organization_id)
            if len(self._found) >= MOST:
                self._found.clear()
            self._found[organization_id] = (time.monotonic() + FOR, picture)
            return picture

    async def _look(self, organization_id: str) -> bytes:
        logo = await Logo.get_or_none(organization_id=uuid.UUID(organization_id))
        if logo is None:
            return b""
        content = bytes(logo.picture)
        mark = hashlib.sha256(content).digest()
        if mark not in self._drawn:
            if len(self._drawn) >= MOST:
                self._drawn.clear()
            self._drawn[mark] = await letterhead_apart(content)
        return self._drawn[mark]
