#!/usr/bin/env python3
"""Counts the file of `gewu export entries` again: recount_entries.py FILE

A record is reported by an admitted report, handled by an admitted act that handles it.
"""
import json, sys

admitted = {}
with open(sys.argv[1], encoding="utf-8") as file:
    for line in file:
        act = json.loads(line)
        if act["verdict"] == 0:
            admitted.setdefault(act["record"], set()).add(act["kind"])
reported = [kinds for kinds in admitted.values() if "report" in kinds]
handled = sum("handle" in kinds for kinds in reported)
print(json.dumps({"reported": len(reported), "handled": handled, "handled_of_reported": [handled, len(reported)]}))
