"""What holds for every test."""

import sys
from functools import _lru_cache_wrapper

from hypothesis import settings

# No deadline: a shared machine is slow at times, and speed is measured by `make bench`, not here.
settings.register_profile("default", deadline=None, print_blob=True)
settings.load_profile("default")


def pytest_sessionstart() -> None:
    """Start with empty caches: `make mutation` runs its sessions in forks of one that has filled
    them, where what the unchanged code prepared would hide what the changed code does."""
    for name, module in list(sys.modules.items()):
        if name.split(".")[0] == "pytracking":
            for value in vars(module).values():
                if isinstance(value, _lru_cache_wrapper):
                    value.cache_clear()
