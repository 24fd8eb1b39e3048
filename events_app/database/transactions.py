"""Transactions: one action, one transaction."""

import asyncio
import functools
import logging
import random
from collections.abc import Awaitable, Callable, Coroutine
from contextvars import ContextVar
from typing import Any, ParamSpec, TypeVar

from tortoise.transactions import in_transaction

from events_app.database.failures import (
    ConnectionLost,
    DatabaseAway,
    OutcomeUnknown,
    Patience,
    RetryableError,
    TransactionOver,
    cause_of,
)
from events_app.errors import Refusal

ATTEMPTS = 5

P = ParamSpec("P")
R = TypeVar("R")

log = logging.getLogger(__name__)


class Transaction:
    """The open transaction of a task, and what has to happen after its COMMIT."""

    def __init__(self) -> None:
        self.is_open = True
        self.afterwards: list[Callable[[], None]] = []


_current: ContextVar[Transaction | None] = ContextVar("transaction", default=None)
_running: set[asyncio.Task[Any]] = set()


def one_transaction(action: Callable[P, Awaitable[R]]) -> Callable[P, Coroutine[Any, Any, R]]:
    """Decorates an action: it runs in one transaction, committed when it returns, undone when it raises.

    The transaction runs in a task of its own: when the caller is cancelled (the browser went away) it is
    still brought to its end, so it is never half done. When the database asks for it (RetryableError) the
    action is run again from its start, up to 5 times, and for PATIENCE seconds while connections are lost; so it
    does nothing outside the database but through `after_commit`. Called inside another one it joins that transaction,
    as a savepoint: when it raises, only its own work is undone, and what it had asked for `after_commit` is dropped.
    """

    @functools.wraps(action)
    async def run(*args: P.args, **kwargs: P.kwargs) -> R:
        outer = _current.get()
        if outer is not None:
            return await _joined(outer, functools.partial(action, *args, **kwargs))
        task = asyncio.create_task(_attempts(functools.partial(action, *args, **kwargs)))
        _running.add(task)
        task.add_done_callback(_running.discard)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            task.add_done_callback(_nobody_waits)
            raise

    return run


async def until_certain(action: Callable[[], Awaitable[R]], again: Callable[[], Awaitable[R]]) -> R:
    """`action`; and when nobody can say whether it counted, `again`, which looks first for what the action wrote.

    What it wrote bears a name that the caller made before (an id), and the look comes behind whatever lock the action
    took, so that a COMMIT that is still under way is over by then. Raises OutcomeUnknown when nobody can say it either.
    """
    try:
        return await action()
    except OutcomeUnknown as unknown:
        log.warning("an outcome is looked up: %s", cause_of(unknown))
        try:
            return await again()
        except (DatabaseAway, OutcomeUnknown) as error:
            raise unknown from error


def after_commit(callback: Callable[[], None]) -> None:
    """Call this once the transaction is durable; never, if it is undone. Outside any transaction: now.

    The place to wake the courier or to start a task: a task started inside a transaction would inherit it.
    """
    transaction = _current.get()
    if transaction is None:
        callback()
    elif transaction.is_open:
        transaction.afterwards.append(callback)
    else:
        raise TransactionOver("after_commit was called when the transaction was over.")


async def finish_transactions() -> None:
    """Wait until no action is running any more: before the database is closed."""
    while _running:
        await asyncio.wait(_running)


async def _attempts(action: Callable[[], Awaitable[R]]) -> R:
    patience = Patience()
    attempt = 0
    while True:
        try:
            return await _once(action)
        except ConnectionLost as error:
            await patience.wait_out(error)
        except RetryableError as error:
            attempt += 1
            if attempt == ATTEMPTS:
                raise
            log.info("transaction is run again (%d of %d): %s", attempt + 1, ATTEMPTS, type(error).__name__)
            await asyncio.sleep(random.uniform(0, 0.01 * 2**attempt))  # so that two do not collide again


async def _once(action: Callable[[], Awaitable[R]]) -> R:
    transaction = Transaction()
    token = _current.set(transaction)
    try:
        async with in_transaction():
            try:
                result = await action()
            finally:
                transaction.is_open = False
    finally:
        _current.reset(token)
    for callback in transaction.afterwards:
        try:
            callback()
        except Exception:
            log.exception("a callback after COMMIT failed; what was committed stays")
    return result


async def _joined(outer: Transaction, action: Callable[[], Awaitable[R]]) -> R:
    if not outer.is_open:
        raise TransactionOver("This transaction is over. A task started inside it may not outlive it.")
    promised = len(outer.afterwards)
    try:
        async with in_transaction():
            return await action()
    except BaseException:
        del outer.afterwards[promised:]
        raise


def _nobody_waits(task: asyncio.Task[Any]) -> None:
    """The caller was cancelled: an error that it would have got is at least not lost."""
    if not task.cancelled() and (error := task.exception()) is not None and not isinstance(error, Refusal):
        log.error("a transaction failed after its caller had gone", exc_info=error)
