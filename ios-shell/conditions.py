"""Refuses a decision in a view: `if`, `guard`, `switch` and `? :` may only be over the state of the screen.

conditions.py FILE …  Prints each condition that is not, and fails.

State of the screen is: a page's state, the step of a report, the phone's own colour scheme and scene, whether a value to
show is there (`if let`), and a Bool of a model, named `is…` or `has…`, which the model decides and its tests hold. Nothing
is compared.
"""

import re
import sys

# switch over these and nothing else
SWITCHED = re.compile(r"^(\w+\.)*(page|step|phase|now|colorScheme)$|^self$")
PRESENT = re.compile(r"^let \w+( = (\w+\.)*\w+)?$")
FLAG = re.compile(r"^(\w+\.)*(is|has)[A-Z]\w*$")
FOUND = re.compile(r"\b(?P<word>if|guard|switch|while)\b(?P<over>[^{\n]*)")
TERNARY = re.compile(r"(?P<over>[^,({=\n]*)\s\?\s.*\s:\s")

COMPARED = re.compile(r"[^\s(]+ (?:==|!=|<=|>=|&&|\|\|) \S+")


def code(text):
    """The text without comments and without what stands between quotes."""
    text = re.sub(r"//[^\n]*", "", text)
    return re.sub(r'"(?:\\.|[^"\\\n])*"', '""', text)


def faults(text):
    for found in FOUND.finditer(code(text)):
        over = found["over"].removesuffix("else ").strip()
        if found["word"] == "switch":
            fine = SWITCHED.match(over)
        else:
            fine = all(PRESENT.match(part.strip()) or FLAG.match(part.strip()) for part in over.split(","))
        if not fine:
            yield f'{found["word"]} {over}'
    for found in TERNARY.finditer(code(text)):
        over = found["over"].strip()
        if not FLAG.match(over):
            yield f"{over} ?"
    for found in COMPARED.finditer(code(text)):
        yield found[0]


bad = [(path, fault) for path in sys.argv[1:] for fault in faults(open(path, encoding="utf-8").read())]
for path, fault in bad:
    print(f"{path}: {fault}")
sys.exit(1 if bad else 0)
