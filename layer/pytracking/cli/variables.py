"""Variables of the environment that were misspelt."""

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import fields

from pytracking.environment import Settings, variable_of

_PREFIX = "PYTRACKING_"
# of difflib, for whole names (PYTRAKING_LINK_KEYS, and no PYTHON_KEYRING_BACKEND), and behind our
# prefix (KEYS for LINK_KEYS)
_LIKENESS, _LIKENESS_BEHIND = 0.88, 0.6


def misspelt(environment: Mapping[str, str]) -> Iterator[str]:
    """Yield a sentence on each variable that looks like one of ours and is none."""
    known = [variable_of(field) for field in fields(Settings)]
    ours = [name for name in known if name.startswith(_PREFIX)]
    for name in sorted(environment.keys() - set(known)):
        given = name.upper()
        if given.startswith(_PREFIX):
            behind = [one.removeprefix(_PREFIX) for one in ours]
            near = difflib.get_close_matches(
                given.removeprefix(_PREFIX), behind, 1, _LIKENESS_BEHIND
            )
            hint = f"did you mean {_PREFIX}{near[0]}?" if near else "see docs/variables.md"
            yield f"{name} is not read; {hint}"
        elif given.startswith("PY"):
            for nearest in difflib.get_close_matches(given, ours, 1, _LIKENESS):
                yield f"{name} is not read; did you mean {nearest}?"
