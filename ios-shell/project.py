"""Checks what Xcode reads: the project is whole, its files are there, and the plists say what the code says.

project.py APP_FOLDER [PROJECT_FILE]  Prints each fault, and fails.
"""

import json
import plistlib
import re
import sys
from pathlib import Path

app = Path(sys.argv[1])
project_file = Path(sys.argv[2]) if len(sys.argv) > 2 else app / "Gewu.xcodeproj/project.pbxproj"
faults = []


def need(holds, fault):
    if not holds:
        faults.append(fault)


def plist(path):
    with open(path, "rb") as file:
        return plistlib.load(file)


def strings(value):
    """Every string within a value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from strings(item)


project = plist(project_file)
objects = project["objects"]
# Names of objects are 24 hexadecimal digits; whatever looks like one must be one, and be reached from the root.
reached, todo = set(), [project["rootObject"]]
while todo:
    name = todo.pop()
    if name in reached:
        continue
    reached.add(name)
    if name not in objects:
        faults.append(f"{name} is named and not there")
        continue
    todo += [text for text in strings(objects[name]) if re.fullmatch(r"[0-9A-F]{24}", text)]
for name in objects.keys() - reached:
    faults.append(f"{name} ({objects[name]['isa']}) belongs to nothing")
for it in objects.values():
    if it["isa"] == "PBXFileReference" and it["sourceTree"] == "<group>":
        need((app / it["path"]).exists(), f"{it['path']} is not there")
    if it["isa"] == "XCLocalSwiftPackageReference":
        need((app / it["relativePath"] / "Package.swift").exists(), "the package is not there")
for it in objects.values():
    for key in ("INFOPLIST_FILE", "CODE_SIGN_ENTITLEMENTS"):
        if path := it.get("buildSettings", {}).get(key):
            need((app / path).exists(), f"{path} is not there")
products = {it["productName"] for it in objects.values() if it["isa"] == "XCSwiftPackageProductDependency"}
manifest = (app / ".." / "Package.swift").read_text(encoding="utf-8")
for product in products:
    need(f'.library(name: "{product}"' in manifest, f"the package has no product {product}")

info = plist(app / "Info.plist")
code = (app / "../Sources/GewuPlatform/BackgroundSync.swift").read_text(encoding="utf-8")
identifier = re.search(r'identifier = "([^"]+)"', code)[1]
need(info["BGTaskSchedulerPermittedIdentifiers"] == [identifier], f"Info.plist does not permit {identifier}")
need("processing" in info["UIBackgroundModes"], "Info.plist has no background mode")
catalogue = json.loads((app / "Generated/InfoPlist.xcstrings").read_text(encoding="utf-8"))["strings"]
for key in ("NSLocationWhenInUseUsageDescription", "CFBundleDisplayName"):
    need(key in info, f"Info.plist lacks {key}")
    need(set(catalogue[key]["localizations"]) == {"zh-Hans", "en"}, f"{key} is not in both languages")
privacy = plist(app / "PrivacyInfo.xcprivacy")
need(privacy["NSPrivacyTracking"] is False, "the privacy manifest allows tracking")
need(privacy["NSPrivacyAccessedAPITypes"], "the privacy manifest gives no reasons")
plist(app / "Gewu.entitlements")

for fault in faults:
    print(fault)
sys.exit(1 if faults else 0)
