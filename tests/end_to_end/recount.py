#!/usr/bin/env python3
"""Counts a file of requests again, knowing its mapping and none of the program's code.

recount.py FILE MAPPING [AS_OF]      AS_OF: YYYY-MM-DD, default: the day of the latest reporting or closing

Prints one JSON object. `reported`, `closed`, `grids` (name: [closed, reported]) and `handled_of_reported` are over the
requests reported by AS_OF; `closure` and `on_time_closure` over those due by AS_OF. Days are at the mapping's
`day_offset`. A closing before the reporting counts, never as on time.
"""
import csv, io, json, math, re, sys
from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

TEXT_BYTES_MAX, NAME_BYTES_MAX = 60_000, 1_000
DIRECTIVES = {"%F": "%Y-%m-%d", "%T": "%H:%M:%S", "%R": "%H:%M", "%e": "%d", "%:z": "%z", "%-": "%", "%.f": ".%f"}


def text_of(path, encoding):
    with open(path, "rb") as file:
        data = file.read()
    names = ["utf-8", "gb18030"] if encoding == "auto" else [encoding]
    for name in names:
        try:
            return data.decode(name).removeprefix("\ufeff")
        except UnicodeDecodeError:
            if name == names[-1]:
                raise


def rows_of(text, delimiter):
    csv.field_size_limit(sys.maxsize)
    return [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if row]


def moment(text, mapping):
    """Seconds since 1970, or None."""
    if not text:
        return None
    for form in mapping["times"]:
        try:
            if form == "iso":
                time = datetime.fromisoformat(text)
            else:
                for long, short in DIRECTIVES.items():
                    form = form.replace(long, short)
                time = datetime.strptime(text, form)
        except ValueError:
            continue
        if time.tzinfo is None:  # fold=0 is the earlier of two, and moves forward what the clock skips.
            time = time.replace(tzinfo=ZoneInfo(mapping["zone"]))
        return math.floor(time.timestamp())
    raise ValueError("time")


def request(cells, mapping, keys, communities):
    """One row as a dict; ValueError when it is to be refused."""
    columns = mapping["columns"]
    cell = {name: cells[columns[name]].strip() if columns.get(name) else "" for name in
            ("key", "reported", "closed", "due", "grid", "community", "class", "status", "lat", "lon")}
    text = " · ".join(filter(None, (cells[name].strip() for name in columns["text"])))
    names = [cell[name] for name in ("key", "grid", "class", "status")]
    status = mapping["status"].get(cell["status"])
    times = [moment(cell[name], mapping) for name in ("reported", "closed", "due")]
    reported, claimed, due = times
    closed = status == "closed"
    made = [reported, due, claimed if closed else None]
    known = communities.get(cell["grid"]) or cell["community"]
    position = cell["lat"], cell["lon"]
    ok = (all(names) and status and cell["key"] not in keys and reported is not None
          and not (closed and claimed is None) and all(s is None or s >= 0 for s in made)
          and (not cell["community"] or known == cell["community"])
          and all(len(name.encode()) <= NAME_BYTES_MAX for name in names + [cell["community"]])
          and len(text.encode()) <= TEXT_BYTES_MAX and "\0" not in "".join([*cell.values(), text])
          and (not any(position) or all(
              re.fullmatch(r"[+-]?([0-9]+([.,][0-9]*)?|[.,][0-9]+)", degrees)
              and abs(float(degrees.replace(",", "."))) <= top for degrees, top in zip(position, (90, 180)))))
    if not ok:
        raise ValueError("row")
    keys.add(cell["key"])
    communities[cell["grid"]] = known
    return {"grid": cell["grid"], "reported": reported, "claimed": claimed, "closed": closed, "due": due,
            "handled": status != "reported", "position": any(position)}


def recount(path, mapping, as_of=None):
    columns = mapping["columns"]
    needed = {name for value in columns.values() if value for name in (value if isinstance(value, list) else [value])}
    text = text_of(path, mapping.get("encoding", "auto"))
    delimiter = mapping.get("delimiter", "auto")
    for delimiter in (",;\t" if delimiter == "auto" else delimiter):
        header, *rows = rows_of(text, delimiter)
        header = [name.strip() for name in header]
        if needed <= set(header):
            break
    else:
        sys.exit(f"missing columns: {sorted(needed - set(header))}")
    requests, refused, keys, communities = [], 0, set(), {}
    for row in rows:
        try:
            if len(row) < len(header) or any(cell.strip() for cell in row[len(header):]):
                raise ValueError("width")
            requests.append(request(dict(zip(header, row)), mapping, keys, communities))
        except ValueError:
            refused += 1

    sign, hours, minutes = re.fullmatch(r"([+-])(\d\d):(\d\d)", mapping["day_offset"]).groups()
    offset = timezone(int(sign + "1") * timedelta(hours=int(hours), minutes=int(minutes)))
    day = lambda seconds: datetime.fromtimestamp(seconds, offset).date()
    acts = [r["reported"] for r in requests] + [r["claimed"] for r in requests if r["closed"]]
    as_of = date.fromisoformat(as_of) if as_of else day(max(acts)) if acts else date.min
    odd = lambda r: r["claimed"] is not None and r["claimed"] < r["reported"]
    reported = [r for r in requests if day(r["reported"]) <= as_of]
    due = [r for r in requests if r["due"] is not None and day(r["due"]) <= as_of]
    grids = {}
    for r in reported:
        counts = grids.setdefault(r["grid"], [0, 0])
        counts[0] += r["closed"]
        counts[1] += 1
    return {
        "as_of": str(as_of), "reported": len(reported), "closed": sum(r["closed"] for r in reported),
        "handled_of_reported": [sum(r["handled"] for r in reported), len(reported)],
        "closure": [sum(r["closed"] for r in due), len(due)],
        "on_time_closure": [sum(r["closed"] and not odd(r) and r["claimed"] <= r["due"] for r in due), len(due)],
        "grids": dict(sorted(grids.items())),
        "import": {"rows": len(rows), "refused": refused, "time_not_credible": sum(map(odd, requests)),
                   "closed_date_but_open": sum(r["claimed"] is not None and not r["closed"] for r in requests),
                   "without_position": sum(not r["position"] for r in requests)}}


if __name__ == "__main__":
    with open(sys.argv[2], encoding="utf-8-sig") as file:
        print(json.dumps(recount(sys.argv[1], json.load(file), *sys.argv[3:4]), ensure_ascii=False))
