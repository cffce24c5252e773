#!/usr/bin/env python3
"""Makes another city's export out of tests/data/nyc311.csv: the same requests through another door.

vary.py SEED OUTDIR      writes OUTDIR/variant.csv and OUTDIR/variant.json (its mapping)

By SEED: rows cut and shuffled, columns dropped, reordered and renamed (also to Chinese), words of the status renamed
or meaning something else, another delimiter, times in ISO with or without offset or another pattern, UTF-8 with or
without byte order mark or GB18030, another day offset, and sometimes a few damaged rows.
"""
import csv, io, json, random, sys
from datetime import datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

DATA = Path(__file__).resolve().parent.parent / "data"
ZONE = ZoneInfo("America/New_York")
CHINESE = {"key": "案件编号", "reported": "上报时间", "closed": "结案时间", "due": "处置时限", "grid": "网格", "community": "社区",
           "class": "大类", "status": "案件状态", "lat": "纬度", "lon": "经度"}
WORDS = {"Open": "待受理", "Assigned": "已派遣", "In Progress": "处置中", "Pending": "挂账", "Email Sent": "已通知", "Closed": "已结案"}


def time_writer(rng):
    """A writer of local times, and the formats that read it."""
    def with_offset(time):
        zone = rng.choice([ZONE, timezone.utc, timezone(timedelta(hours=8)), timezone(-timedelta(hours=3, minutes=30))])
        return time.replace(tzinfo=ZONE).astimezone(zone).isoformat()
    return rng.choice([
        (with_offset, ["iso"]),
        (lambda time: time.isoformat(), ["iso"]),
        (lambda time: time.isoformat(" "), ["%d.%m.%Y", "iso"]),
        (lambda time: time.strftime("%Y年%m月%d日 %H时%M分%S秒"), ["iso", "%Y年%m月%d日 %H时%M分%S秒"]),
        (lambda time: with_offset(time) if rng.random() < 0.5 else time.strftime("%d/%m/%Y %H:%M:%S"),
         ["%d/%m/%Y %H:%M:%S", "iso"]),
    ])


def damage(rng, rows, names):
    """Rows that must be refused, and rows that must not although they look odd."""
    kinds = ["status", "no date", "twice", "no key", "community", "no such day", "latitude", "nul", "long", "narrow", "wide"]
    for kind in rng.sample(kinds, rng.randint(3, len(kinds))):
        row = rows[rng.randrange(len(rows))]
        if kind == "status": row[names["status"]] = "?"
        if kind == "no date": row[names["closed"]] = ""
        if kind == "twice": row[names["key"]] = rows[rng.randrange(len(rows))][names["key"]]
        if kind == "no key": row[names["key"]] = " "
        if kind == "community" and "community" in names: row[names["community"]] = "elsewhere"
        if kind == "no such day": row[names["reported"]] = "2019-02-30T10:00:00"
        if kind == "latitude" and "lat" in names: row[names["lat"]] = "91.5"
        if kind == "nul": row[names["class"]] += "\0"
        if kind == "long": row[names["text"][0]] = "漏" * 20_001
        if kind == "narrow": row["cut"] = True
        if kind == "wide": row["more"] = "1,2;3\t4"


def vary(seed, out):
    rng = random.Random(seed)
    mapping = json.loads((DATA / "nyc311.json").read_text("utf-8"))
    with open(DATA / "nyc311.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    header = list(rows[0])
    rng.shuffle(rows)
    rows = rows[: rng.randint(50, len(rows))]

    columns = mapping["columns"]
    for optional in (["due"], ["community"], ["lat", "lon"]):
        if rng.random() < 0.15:
            for field in optional:
                del columns[field]
    write, mapping["times"] = time_writer(rng)
    for field in ("reported", "closed", "due"):
        for row in rows if field in columns else []:
            if row[columns[field]]:
                row[columns[field]] = write(datetime.strptime(row[columns[field]], "%m/%d/%Y %I:%M:%S %p"))
    if rng.random() < 0.5:
        mapping["status"] = {WORDS[word]: meaning for word, meaning in mapping["status"].items()}
        for row in rows:
            row[columns["status"]] = WORDS[row[columns["status"]]]
    for word, meaning in mapping["status"].items():
        if meaning == "reported" and rng.random() < 0.3:
            mapping["status"][word] = "handled"
    if rng.random() < 0.5:
        damage(rng, rows, columns)

    chinese = rng.random() < 0.5
    new = {name: f"栏{index}" if chinese else f"col {index}" for index, name in enumerate(header)}
    new.update({old: CHINESE[field] for field, old in columns.items() if field in CHINESE and chinese})
    mapping["columns"] = {field: [new[name] for name in old] if isinstance(old, list) else new[old]
                          for field, old in columns.items()}
    named = {name for old in columns.values() for name in (old if isinstance(old, list) else [old])}
    header = [name for name in header if name in named or rng.random() < 0.5]
    rng.shuffle(header)

    delimiter = rng.choice(",;;\t")
    table = io.StringIO(newline="")
    writer = csv.writer(table, delimiter=delimiter, lineterminator=rng.choice(["\n", "\r\n"]),
                        quoting=rng.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
    writer.writerow([f" {new[name]} " if rng.random() < 0.1 else new[name] for name in header])
    for row in rows:
        cells = [row[name] for name in header]
        writer.writerow(cells[:-1] if "cut" in row else cells + [row["more"]] if "more" in row else cells)
    encoding = rng.choice(["utf-8", "utf-8-sig", "gb18030", "gb18030"])
    mapping["encoding"] = rng.choice(["auto", encoding.removesuffix("-sig")])
    mapping["delimiter"] = rng.choice(["auto", delimiter])
    mapping["day_offset"] = rng.choice(["-05:00", "-04:00", "+08:00", "+00:00", "+05:30"])
    mapping["place"] = f"variant {seed}"
    out = Path(out)
    out.mkdir(parents=True, exist_ok=True)
    (out / "variant.csv").write_bytes(table.getvalue().encode(encoding))
    (out / "variant.json").write_text(json.dumps(mapping, ensure_ascii=False, indent=2), "utf-8")


if __name__ == "__main__":
    vary(int(sys.argv[1]), sys.argv[2])
