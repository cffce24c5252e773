"""Takes the Swift program from docs/use-from-your-app.md, and runs it against a hub as a reader would.

snippet.py BUILD [LINKER_FLAG …]  In the repository's folder. BUILD, below it, is kept from run to run.
"""

import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

LINES_MAX = 30
build, *flags = sys.argv[1:]
page = Path("docs/use-from-your-app.md").read_text(encoding="utf-8").split("\n## Swift\n")[1]
manifest, program = re.findall(r"```swift\n(.*?)```", page, re.S)[:2]
module = re.search(r"`(module GewuBindingsFFI [^`]*)`", page)[1]
lines = len(program.splitlines())
assert lines <= LINES_MAX, f"{lines} lines"
assert re.search(r"```sh\n.*swift run", page, re.S)


def put(path, text):
    """Writes a file unless it is there already: a new time alone would compile everything again."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")


project = Path(build)
put(project / "Package.swift", manifest)
put(project / "Sources/First/main.swift", program)
put(project / "Sources/GewuBindingsFFI/module.modulemap", module)
for target, name in (("GewuBindings", "GewuBindings.swift"), ("GewuBindingsFFI", "GewuBindingsFFI.h")):
    put(project / "Sources" / target / name, Path("ios-shell/Generated", target, name).read_text(encoding="utf-8"))

gewu = "target/release/gewu"
with tempfile.TemporaryDirectory() as folder:
    hub = f"{folder}/hub"
    subprocess.run([gewu, "init", hub, "--yes", "--json"], check=True, stdout=subprocess.DEVNULL)
    serve = [gewu, "serve", hub, "--child", "--listen", "127.0.0.1:0"]
    with subprocess.Popen(serve, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as served:
        try:
            address = json.loads(served.stdout.readline())["address"]
            invite = [gewu, "invite", hub, "--role", "inspector", "--area", "05", "--address", address, "--json"]
            invitation = json.loads(subprocess.run(invite, check=True, stdout=subprocess.PIPE).stdout)["invitation"]
            shutil.rmtree(project / "phone", ignore_errors=True)
            run = ["ios-shell/toolchain", "bash", "-c", 'cd "$0" && exec swift run "$@"', build, *flags, "First", invitation]
            out = subprocess.run(run, stdout=subprocess.PIPE, text=True, timeout=300).stdout
        finally:
            served.stdin.close()
print(out)
assert re.search(r"^.+, [0-9A-Z]{10}: saved on this phone$", out, re.M), "nothing was saved"
assert "sent 1, refused 0" in out, "nothing was sent"
