#!/usr/bin/env python3
"""An outside witness for Pressmark's scores: bm25s (PyPI), method "lucene", exact lengths.

    pip install bm25s
    python3 benches/witness/bm25s_witness.py DUMP.jsonl.zst --articles 20000

Takes the first articles of a dump, has Pressmark index them and say their words (`pressmark analyze`), gives the same
words to bm25s, and asks both the same queries. Every score of Pressmark's best hits must be bm25s's score of that
document, and the best scores of both must be the same list. Prints the largest relative difference; ends with 1 where
it is above --tolerance. What it does not check: phrases, fields, anything but sums of words.

An index given by --index must be of exactly those articles (same ids, title and body only); without it one is made and
thrown away.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

import bm25s
import numpy

ROOT = pathlib.Path(__file__).resolve().parents[2]


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dump", type=pathlib.Path, help="JSON lines with id, title and text or body; may be .zst")
    parser.add_argument("--articles", type=int, default=20_000, help="how many of the dump's first articles")
    parser.add_argument("--queries", type=pathlib.Path, default=ROOT / "../shared/corpora/queries/game.jsonl",
                        help='JSON lines with "query", or one query a line')
    parser.add_argument("--number", type=int, default=200, help="how many queries")
    parser.add_argument("-k", type=int, default=10, help="how many hits")
    parser.add_argument("--tolerance", type=float, default=1e-4)
    parser.add_argument("--index", type=pathlib.Path, help="an index of these articles, instead of making one")
    parser.add_argument("--pressmark", type=pathlib.Path, default=ROOT / "target/release/pressmark")
    return parser.parse_args()


def lines(dump):
    """The dump's lines, unpacked by the zstd program where needed."""
    if dump.suffix != ".zst":
        with dump.open("rb") as plain:
            yield from plain
        return
    with subprocess.Popen(["zstd", "-dc", "--long=27", str(dump)], stdout=subprocess.PIPE) as process:
        yield from process.stdout
        process.kill()


def articles(dump, number):
    """Id, title and body of the first articles."""
    taken = []
    for line in lines(dump):
        if len(taken) == number:
            break
        record = json.loads(line)
        body = record.get("body") or record.get("text") or ""
        taken.append((str(record["id"]), record.get("title") or "", body))
    return taken


def words(pressmark, taken):
    """The words of each article, as Pressmark cuts and folds them: all texts in one run, told apart by offsets."""
    texts = [f"{title}\n\n{body}\n\n".encode() for _, title, body in taken]
    ends = numpy.cumsum([len(text) for text in texts])
    process = subprocess.run([pressmark, "analyze", "-"], input=b"".join(texts), stdout=subprocess.PIPE, check=True)
    of_articles = [[] for _ in taken]
    article = 0
    for line in process.stdout.splitlines():
        _, term, start, _ = line.split(b"\t", 3)
        while ends[article] <= int(start):
            article += 1
        of_articles[article].append(term.decode())
    return of_articles


def queries(path, number):
    """Queries of bare words, and their words."""
    chosen = []
    for line in path.read_text().splitlines():
        query = json.loads(line)["query"] if line.startswith("{") else line
        if query and all(c.isalnum() or c == " " for c in query):
            chosen.append(query)
    step = max(1, len(chosen) // number)
    return chosen[::step][:number]


class Protocol:
    """A running `pressmark bench --protocol game`."""

    def __init__(self, pressmark, index):
        command = [pressmark, "bench", index, "--protocol", "game"]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def top(self, query, k):
        self.process.stdin.write(f"TOPDOCS_{k}\t{query}\n")
        self.process.stdin.flush()
        hits = (hit.rsplit(":", 1) for hit in self.process.stdout.readline().split())
        return [(document, float(score)) for document, score in hits]

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def made(pressmark, taken, folder):
    """An index of the articles."""
    dump, index = folder / "articles.jsonl", folder / "articles.pmk"
    with dump.open("w") as out:
        for document, title, body in taken:
            out.write(json.dumps({"id": document, "title": title, "body": body}) + "\n")
    subprocess.run([pressmark, "--quiet", "index", index, dump], check=True)
    return index


def difference(ours, theirs):
    return abs(ours - theirs) / max(abs(theirs), 1e-12)


def compare(options, index, taken, of_articles):
    witness = bm25s.BM25(method="lucene", k1=1.2, b=0.75, dtype="float64")
    witness.index(of_articles, show_progress=False)
    number_of = {document: number for number, (document, _, _) in enumerate(taken)}
    protocol = Protocol(options.pressmark, index)
    worst, worst_query, asked, hits = 0.0, "", 0, 0
    for query in queries(options.queries, options.number):
        scores = witness.get_scores(query.lower().split())
        best = numpy.sort(scores)[::-1][: options.k]
        found = protocol.top(query, options.k)
        matching = [score for score in best if 0 < score]
        if len(found) != len(matching):
            sys.exit(f"`{query}`: {len(found)} hits, the witness has {len(matching)}")
        for (document, score), same_rank in zip(found, matching):
            of_document = difference(score, scores[number_of[document]])
            off = max(of_document, difference(score, same_rank))
            if worst < off:
                worst, worst_query = off, query
        asked, hits = asked + 1, hits + len(found)
    protocol.close()
    return worst, worst_query, asked, hits


def main():
    options = arguments()
    taken = articles(options.dump, options.articles)
    of_articles = words(options.pressmark, taken)
    with tempfile.TemporaryDirectory() as folder:
        index = options.index or made(options.pressmark, taken, pathlib.Path(folder))
        worst, query, asked, hits = compare(options, index, taken, of_articles)
    total = sum(len(of) for of in of_articles)
    print(f"{len(taken)} articles, {total} words; {asked} queries, {hits} hits")
    print(f"largest relative difference of a score: {worst:.2e}" + (f" (`{query}`)" if query else ""))
    sys.exit(1 if options.tolerance < worst else 0)


if __name__ == "__main__":
    main()
