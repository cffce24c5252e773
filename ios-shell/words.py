"""Swift from the one table of words: the keys as an enum, with the holes of each in their order.

words.py words.json Word.swift InfoPlist.xcstrings
"""

import json
import re
import sys

table, keys, plist = sys.argv[1:]
with open(table, encoding="utf-8") as file:
    words = json.load(file)


def camel(key):
    first, *rest = key.split("_")
    return first + "".join(part.capitalize() for part in rest)


def holes(text):
    return list(dict.fromkeys(re.findall(r"\{([a-z_]+)\}", text)))


with open(keys, "w", encoding="utf-8") as out:
    out.write("// Written by ios-shell/words.py from the table in core/words; not to be edited.\n\n")
    out.write("/// A word or sentence of a screen; its raw value is the key in the string catalogue.\n")
    out.write("public enum Word: String, CaseIterable, Sendable {\n")
    for key, text in words.items():
        out.write(f'    /// {text["en"]} · {text["zh"]}\n    case {camel(key)} = "{key}"\n')
    out.write("\n    /// The names of its holes, in the order in which the catalogue numbers them.\n")
    out.write("    var holes: [String] {\n        switch self {\n")
    for key, text in words.items():
        if names := holes(text["zh"]):
            out.write(f"        case .{camel(key)}: {json.dumps(names)}\n")
    out.write("        default: []\n        }\n    }\n}\n")

# What the system asks in our name.
asked = {"NSLocationWhenInUseUsageDescription": "permission_location", "CFBundleDisplayName": "app_name"}
unit = lambda text: {"stringUnit": {"state": "translated", "value": text}}
strings = {
    name: {"extractionState": "manual", "localizations": {"zh-Hans": unit(words[key]["zh"]), "en": unit(words[key]["en"])}}
    for name, key in asked.items()
}
with open(plist, "w", encoding="utf-8") as out:
    json.dump({"sourceLanguage": "zh-Hans", "version": "1.0", "strings": strings}, out, ensure_ascii=False, indent=2)
