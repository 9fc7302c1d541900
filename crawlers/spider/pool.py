"""Run a coroutine over a growing queue, a few at a time."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")


async def drain(waiting: deque[T], each: Callable[[T], Awaitable[None]], *, at_once: int) -> None:
    """Call `each` on every item, `at_once` at a time, until the queue is empty and nothing is under way.

    `each` may add items. The first exception ends the rest and is raised.
    """
    more = asyncio.Condition()
    busy = 0

    async def worker() -> None:
        nonlocal busy
        while True:
            async with more:
                while not waiting and busy:
                    await more.wait()
                if not waiting:
                    return
                item = waiting.popleft()
                busy += 1
            try:
                await each(item)
            finally:
                async with more:
                    busy -= 1
                    more.notify_all()

    async with asyncio.TaskGroup() as group:
        for _ in range(at_once):
            group.create_task(worker())
