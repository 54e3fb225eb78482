"""Runs inside the environment of pytracking 0.2.2: one JSON request a line, one JSON answer."""

import json
import sys

import pytracking

for line in sys.stdin:
    call = json.loads(line)
    function = getattr(pytracking, call["function"])
    answer = function(*call["args"], **call["kwargs"])
    if isinstance(answer, pytracking.TrackingResult):
        answer = answer.to_json_dict()._asdict()
    print(json.dumps(answer), flush=True)
