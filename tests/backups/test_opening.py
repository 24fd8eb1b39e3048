"""An installation opened for one act, as the courier by itself does."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE

import pytest

from events_app.settings import Settings
from tests.processes import ROOT

pytestmark = pytest.mark.anyio

ASK = """
import asyncio, os
from events_app import i18n
from events_app.opening import opened, read_settings

async def ask():
    async with opened(read_settings()):
        with i18n.use_language("ar"):
            print(i18n.current_language(), i18n.languages())

asyncio.run(ask())
"""


async def test_a_courier_by_itself_never_writes_english_to_who_reads_arabic(settings: Settings) -> None:
    environ = {
        "PYTHONPATH": str(ROOT),
        "EVENTS_STORAGE__DIRECTORY": str(settings.storage.directory),
        "EVENTS_DATABASE__URL": settings.database.url,
    }

    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", ASK, stdout=PIPE, env=os.environ | environ
    )

    assert (await process.communicate())[0].decode() == "ar ('en', 'ar')\n"
