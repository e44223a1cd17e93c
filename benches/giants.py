#!/usr/bin/env python3
"""How much memory one giant article takes in each format, as a multiple of its length.

    benches/giants.py PRESSMARK [MEGABYTES] [FORMAT...]

For each format an article of so many megabytes is made, of words of usual length, of single letters, and of nothing but
different words, and indexed; the figures are the peak resident memory of `pressmark index --memory 4G`, less that of a tiny article, divided by
the length of the record. `Format::appetite` of the reader promises no less.
"""
import html, json, os, subprocess, sys, tempfile

WORDS = " ".join(f"word{i % 5000} rain{i % 37} the" for i in range(400))
LETTERS = " ".join("abcdefgh"[i * i % 8] for i in range(4000))


def body(kind, size):
    if kind == "different words":
        return "\n".join(" ".join(f"w{line * 2000 + i}" for i in range(2000)) for line in range(max(1, size // 18600)))
    paragraph = WORDS if kind == "words" else LETTERS
    count = max(1, size // (len(paragraph) + 2))
    return "\n".join([paragraph] * count)


def record(form, text):
    words = text.replace("\n", " ")
    escaped = html.escape(text)
    paragraphs = "".join(f"<p>{html.escape(line)}.</p>\n" for line in text.split("\n"))
    if form == "jsonl":
        return json.dumps({"id": "g", "body": text}) + "\n"
    if form == "json":
        return json.dumps([{"id": "g", "body": text}], indent=1)
    if form == "csv":
        return f'id,body\ng,"{text}"\n'
    if form == "tsv":
        return f"id\tbody\ng\t{words}\n"
    if form in ("text", "markdown"):
        return f"# Giant\n\n{text}\n"
    if form == "html":
        return f"<html><head><title>Giant</title></head><body><article>{paragraphs}</article></body></html>"
    if form == "mediawiki":
        return ("<mediawiki><siteinfo></siteinfo><page><title>G</title><ns>0</ns><id>1</id><revision><id>1</id>"
                f"<text>{escaped}</text></revision></page></mediawiki>")
    if form == "cirrus":
        return '{"index":{"_id":"1"}}\n' + json.dumps({"title": "G", "namespace": 0, "text": text}) + "\n"
    if form == "wikiextractor":
        return f'<doc id="1" url="u" title="G">\nG\n\n{text}\n</doc>\n'
    if form == "stackexchange":
        inside = html.escape(paragraphs).replace("\n", "&#xA;")
        return f'<?xml version="1.0"?>\n<posts>\n<row Id="1" Body="{inside}" />\n</posts>\n'
    if form == "trec":
        return f"<DOC>\n<DOCNO> g </DOCNO>\n<TEXT>\n{text}\n</TEXT>\n</DOC>\n"
    if form == "reuters":
        return f'<!DOCTYPE lewis SYSTEM "lewis.dtd">\n<REUTERS NEWID="1">\n<TEXT><BODY>{text}</BODY></TEXT>\n</REUTERS>\n'
    if form == "warc":
        page = record("html", text)
        answer = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n{page}"
        return f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: http://x/\r\nContent-Length: {len(answer)}\r\n\r\n{answer}\r\n\r\n"
    if form == "mail":
        return f"From: a@b.c\nSubject: Giant\nMessage-ID: <g@b.c>\n\n{text}\n"
    if form == "mbox":
        return f"From a@b.c Mon Jan  1 00:00:00 2024\n{record('mail', text)}\n\n"
    raise SystemExit(f"unknown format {form}")


FORMATS = ("jsonl json csv tsv text markdown html mediawiki cirrus wikiextractor stackexchange trec reuters warc mail "
           "mbox").split()


def peak(pressmark, folder, form, content):
    source, index = os.path.join(folder, "giant"), os.path.join(folder, "giant.pmk")
    with open(source, "w") as file:
        file.write(content)
    if os.path.exists(index):
        os.remove(index)
    command = ["/usr/bin/time", "-f", "%M", pressmark, "index", index, source, "--memory", "4G", "--input-format", form]
    run = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    lines = run.stderr.strip().splitlines()
    if run.returncode:
        return 0, "; ".join(lines[:2])
    said = [line for line in lines if line.startswith("indexed")]
    return int(lines[-1]) * 1024, said[0] if said else "?"


def main():
    pressmark = os.path.abspath(sys.argv[1])
    size = int(sys.argv[2]) * 1_000_000 if 2 < len(sys.argv) else 80_000_000
    print("| format | words | letters | different words |\n|---|--:|--:|--:|")
    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR")) as folder:
        for form in sys.argv[3:] or FORMATS:
            cells = []
            for kind in ("words", "letters", "different words"):
                tiny, _ = peak(pressmark, folder, form, record(form, body(kind, 100)))
                content = record(form, body(kind, size))
                giant, said = peak(pressmark, folder, form, content)
                cells.append(f"{(giant - tiny) / len(content):.1f}" if giant else said)
            print(f"| {form} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
