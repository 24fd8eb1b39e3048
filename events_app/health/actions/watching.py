"""Looking after the site itself: what will be trouble soon."""

import os
import shutil
from pathlib import Path
from typing import Final

NO_ROOM: Final = 16 * 2**20
"""Bytes: with less than that nothing should be relied on to be written."""


def has_room(folder: Path) -> bool:
    """Whether what lies in this folder can be written now."""
    return shutil.disk_usage(folder).free >= NO_ROOM and os.access(folder, os.W_OK)
