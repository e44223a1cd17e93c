#!/usr/bin/env python3
"""What reading costs in each format: the same articles written in all of them, read and indexed.

Comes in: the `pressmark` command, the reader (`cargo build --profile quick -p sources --example read`), a file of JSON lines
(`id title url text`) and how many MB of it to take. Goes out: a table in Markdown. Rates are input bytes as they lie on the
disk for each second of processor time (user and system, all threads), so that a busy machine does not spoil them; memory is
the peak of the whole process. Parquet needs pyarrow and is left out without it.

    benches/sources.py target/quick/pressmark target/quick/examples/read enwiki.jsonl 32

With `-` for the reader its column stays empty.
"""
import bz2, csv, gzip, html, io, json, lzma, os, subprocess, sys, tarfile, tempfile, zipfile

PRESSMARK, READER, DUMP = sys.argv[1:4]
LIMIT = int(sys.argv[4] if len(sys.argv) > 4 else 32) << 20
MEMORY = "256M"


def articles():
    taken = 0
    for line in open(DUMP, "rb"):
        taken += len(line)
        if LIMIT < taken:
            return
        yield json.loads(line)


ARTICLES = list(articles())
DATE = "2014-01-02T03:04:05Z"


def joined(make, before="", after=""):
    return (before + "".join(map(make, ARTICLES)) + after).encode()


def table(separator):
    out = io.StringIO()
    rows = csv.writer(out, delimiter=separator)
    rows.writerow(["id", "title", "url", "text"])
    rows.writerows([a["id"], a["title"], a["url"], a["text"]] for a in ARTICLES)
    return out.getvalue().encode()


def page(a):
    paragraphs = "".join(f"<p>{html.escape(p)}</p>\n" for p in a["text"].split("\n") if p.strip())
    title = html.escape(a["title"])
    return (f"<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title}</title></head><body><nav><a href=\"/\">Home</a></nav>"
            f"<article><h1>{title}</h1>\n{paragraphs}</article><footer>About us</footer></body></html>\n")


def warc(a):
    body = page(a).encode()
    http = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + body
    head = f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: {a['url']}\r\nWARC-Date: {DATE}\r\nContent-Type: application/http; msgtype=response\r\nContent-Length: {len(http)}\r\n\r\n"
    return head.encode() + http + b"\r\n\r\n"


def wiki(a):
    text = html.escape(a["text"].replace("\n", "\n\n"))
    return (f"<page><title>{html.escape(a['title'])}</title><ns>0</ns><id>{a['id']}</id><revision><id>1</id><timestamp>{DATE}</timestamp>"
            f"<text xml:space=\"preserve\">{text}</text></revision></page>\n")


def mail(a):
    title = a["title"].encode("ascii", "replace").decode()
    return (f"From x@example.org Thu Jan  2 03:04:05 2014\nFrom: x@example.org\nSubject: {title}\nMessage-ID: <{a['id']}@example.org>\n"
            "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n" + ("\n" + a["text"]).replace("\nFrom ", "\n>From ") + "\n\n")


def folder(path, ending, make):
    for number, a in enumerate(ARTICLES):
        if number % 500 == 0:
            os.makedirs(f"{path}/{number // 500:04}")
        with open(f"{path}/{number // 500:04}/{a['id']}{ending}", "w") as out:
            out.write(make(a))


def lines():
    return joined(lambda a: json.dumps(a, ensure_ascii=False) + "\n")


def parquet(path):
    import pyarrow, pyarrow.parquet
    columns = {name: [a[name] for a in ARTICLES] for name in ["id", "title", "url", "text"]}
    pyarrow.parquet.write_table(pyarrow.table(columns), path, row_group_size=2000, compression="zstd")


def multistream(data, pieces=64):
    size = len(data) // pieces + 1
    return b"".join(bz2.compress(data[at:at + size], 9) for at in range(0, len(data), size))


def tar(data):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        info = tarfile.TarInfo("dump.jsonl")
        info.size = len(data)
        archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def zipped(data):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("dump.jsonl", data)
    return out.getvalue()


def zstd(data):
    return subprocess.run(["zstd", "-q", "-3", "-c"], input=data, stdout=subprocess.PIPE, check=True).stdout


def written(base):
    """Name of each format, and the path of the articles in it."""
    xml = joined(wiki, "<mediawiki xml:lang=\"en\"><siteinfo><sitename>W</sitename></siteinfo>\n", "</mediawiki>\n")
    posts = joined(lambda a: f"  <row Id=\"{a['id']}\" CreationDate=\"{DATE}\" Body=\"{html.escape('<p>' + html.escape(a['text']) + '</p>').replace(chr(10), '&#xA;')}\" Title=\"{html.escape(a['title'])}\" />\n",
                   "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<posts>\n", "</posts>\n")
    jsonl = lines()
    files = {
        "JSON lines": ("a.jsonl", lambda: jsonl),
        "JSON array": ("a.json", lambda: json.dumps(ARTICLES, ensure_ascii=False).encode()),
        "CSV": ("a.csv", lambda: table(",")),
        "TSV": ("a.tsv", lambda: table("\t")),
        "MediaWiki XML": ("wiki.xml", lambda: xml),
        "CirrusSearch": ("cirrus.json", lambda: joined(lambda a: json.dumps({"index": {"_id": a["id"]}}, separators=(",", ":")) + "\n" + json.dumps({"title": a["title"], "text": a["text"], "namespace": 0, "timestamp": DATE}, ensure_ascii=False) + "\n")),
        "WikiExtractor": ("wiki_00", lambda: joined(lambda a: f"<doc id=\"{a['id']}\" url=\"{a['url']}\" title=\"{a['title']}\">\n{a['title']}\n\n{html.escape(a['text'], False)}\n</doc>\n")),
        "Stack Exchange": ("Posts.xml", lambda: posts),
        "TREC": ("trec", lambda: joined(lambda a: f"<DOC>\n<DOCNO>{a['id']}</DOCNO>\n<TITLE>{html.escape(a['title'])}</TITLE>\n<TEXT>\n{html.escape(a['text'])}\n</TEXT>\n</DOC>\n")),
        "Reuters": ("a.sgm", lambda: joined(lambda a: f"<REUTERS NEWID=\"{a['id']}\">\n<DATE>26-FEB-1987 15:01:01.79</DATE>\n<TEXT><TITLE>{html.escape(a['title'])}</TITLE><BODY>{html.escape(a['text'])}</BODY></TEXT>\n</REUTERS>\n")),
        "WARC": ("a.warc", lambda: b"".join(map(warc, ARTICLES))),
        "mbox": ("a.mbox", lambda: joined(mail)),
        "JSON lines, gzip": ("a.jsonl.gz", lambda: gzip.compress(jsonl, 6)),
        "JSON lines, zstd": ("a.jsonl.zst", lambda: zstd(jsonl)),
        "JSON lines, xz": ("a.jsonl.xz", lambda: lzma.compress(jsonl, preset=3)),
        "JSON lines, bzip2 in one stream": ("one.jsonl.bz2", lambda: bz2.compress(jsonl, 9)),
        "MediaWiki XML, bzip2 in 64 streams": ("multi.xml.bz2", lambda: multistream(xml)),
        "JSON lines in tar": ("a.tar", lambda: tar(jsonl)),
        "JSON lines in zip": ("a.zip", lambda: zipped(jsonl)),
    }
    for name, (file, make) in files.items():
        path = os.path.join(base, file)
        with open(path, "wb") as out:
            out.write(make())
        yield name, path
        os.remove(path)
    for name, ending, make in [("text files", ".txt", lambda a: a["title"] + "\n\n" + a["text"]),
                               ("Markdown files", ".md", lambda a: "# " + a["title"] + "\n\n" + a["text"].replace("\n", "\n\n")),
                               ("HTML files", ".html", page), ("mail files", ".eml", lambda a: mail(a).split("\n", 1)[1])]:
        path = os.path.join(base, ending[1:])
        folder(path, ending, make)
        yield name, path
        subprocess.run(["rm", "-r", path], check=True)
    try:
        path = os.path.join(base, "a.parquet")
        parquet(path)
        yield "Parquet, zstd", path
    except ImportError:
        print("skipped: Parquet, there is no pyarrow", file=sys.stderr)


def measured(command):
    """Seconds of processor time, and peak memory in MiB, by GNU time: it is small itself, and a child begins as large as its parent."""
    with tempfile.NamedTemporaryFile("r") as figures:
        timed = ["/usr/bin/time", "-f", "%U %S %M", "-o", figures.name, *command]
        subprocess.run(timed, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
        user, system, peak = map(float, figures.read().split()[-3:])
    return max(user + system, 0.01), peak / 1024


def size(path):
    if os.path.isfile(path):
        return os.path.getsize(path)
    return sum(os.path.getsize(os.path.join(folder, name)) for folder, _, names in os.walk(path) for name in names)


print(f"{len(ARTICLES)} articles, {sum(len(a['text'].encode()) for a in ARTICLES) / 1e6:.1f} MB of text; `--memory {MEMORY}`\n")
print("| format | MB | read, MB/s of processor time | read and indexed, MB/s of processor time | peak memory, MiB | articles |")
print("|---|--:|--:|--:|--:|--:|")
with tempfile.TemporaryDirectory() as base:
    for name, path in written(base):
        index = os.path.join(base, "out.pmk")
        megabytes = size(path) / 1e6
        reading = f"{megabytes / measured([READER, path])[0]:.0f}" if READER != "-" else ""
        indexing, peak = measured([PRESSMARK, "index", index, path, "--memory", MEMORY, "--on-bad", "skip"])
        stats = json.loads(subprocess.run([PRESSMARK, "stats", index, "--format", "json"], stdout=subprocess.PIPE).stdout)
        os.remove(index)
        print(f"| {name} | {megabytes:.1f} | {reading} | {megabytes / indexing:.1f} | {peak:.0f} | {stats['documents']} |", flush=True)
