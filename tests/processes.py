"""Processes of the tests' own: started together, heard out."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


async def start(module: str, *words: str) -> Process:
    """`python -m MODULE WORDS`, with pipes; it sees the house and the tests."""
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", module, *words, stdin=PIPE, stdout=PIPE, stderr=PIPE, cwd=ROOT, env=environment
    )


async def run_together(module: str, *everybodys_words: tuple[str, ...]) -> list[str]:
    """Start one process for each tuple of words and let all begin at once; what each printed then."""
    processes = [await start(module, *words) for words in everybodys_words]
    for process in processes:
        assert process.stdout is not None
        if not await process.stdout.readline():
            raise RuntimeError((await process.communicate())[1].decode())
    told = await asyncio.gather(*(process.communicate(b"go\n") for process in processes))
    for process, (_, errors) in zip(processes, told, strict=True):
        if process.returncode:
            raise RuntimeError(errors.decode())
    return [output.decode().strip() for output, _ in told]
