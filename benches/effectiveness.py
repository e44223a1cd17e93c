#!/usr/bin/env python3
"""How good the rankings are: every model on every judged collection, beside published figures.

    cargo build --profile quick
    pip install bm25s PyStemmer        # optional: asks the publication's own program about each topic
    python3 benches/effectiveness.py

indexes each collection of ../shared/corpora/judged with `--stem en` (and once without), answers its topics with each
model, judges the runs with `pressmark eval -c`, and writes benches/results/effectiveness.md. Runs are kept in --work, so
that single topics can be looked at afterwards, and are not made again. ArguAna with proximity takes four minutes of processor time:
its topics have 190 words, so that pairs of neighbours make 380 phrases and windows a topic.
"""

import argparse
import json
import pathlib
import re
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
MEASURES = {"ndcg_cut_10": "nDCG@10", "recall_100": "recall@100", "map": "MAP", "recip_rank": "RR"}

# The words that Lucene's English analyzer, Anserini, bm25s and Elasticsearch leave out.
STOP_WORDS = set(
    "a an and are as at be but by for if in into is it no not of on or such that the their then there these they this "
    "to was will with".split()
)


def bm25(k1, b, *more):
    return ["--k1", str(k1), "--b", str(b), *more]


STOP = ("--stop-words", "lucene")
# What each line of the tables is made with: a name, which index, and options of `run`. The first of them is the base
# that others are compared with.
SYSTEMS = {
    "BM25, k1 0.9, b 0.4, stop words": ("en", bm25(0.9, 0.4, *STOP)),
    "BM25, k1 1.2, b 0.75, stop words": ("en", bm25(1.2, 0.75, *STOP)),
    "BM25, k1 1.5, b 0.75, stop words": ("en", bm25(1.5, 0.75, *STOP)),
    "BM25, k1 1.2, b 0.75 (default)": ("en", []),
    "BM25, default, no stems": ("plain", []),
    "BM25+, k1 1.2, b 0.75, delta 1, stop words": ("en", ["--model", "bm25+", *STOP]),
    "BM25L, k1 1.2, b 0.75, delta 0.5, stop words": ("en", ["--model", "bm25l", *STOP]),
    "query likelihood, Dirichlet, mu 1000": ("en", ["--model", "dirichlet"]),
    "DPH": ("en", ["--model", "dph"]),
    "title and body apart, k1 0.9, b 0.4, stop words": ("en", bm25(0.9, 0.4, "--fields", "title=1,body=1", *STOP)),
    "BM25, k1 0.9, b 0.4, stop words, RM3": ("en", bm25(0.9, 0.4, "--rm3", *STOP)),
    "BM25, k1 0.9, b 0.4, stop words, Rocchio": ("en", bm25(0.9, 0.4, "--rocchio", *STOP)),
    "BM25, k1 0.9, b 0.4, stop words, proximity": ("en", bm25(0.9, 0.4, "--proximity", *STOP)),
    # A diagnosis and no way to search: the 33 words are taken out of documents before indexing, so that lengths are
    # those of the publications.
    "BM25, k1 0.9, b 0.4, no stop words in documents": ("short", bm25(0.9, 0.4, *STOP)),
    "BM25, k1 1.2, b 0.75, no stop words in documents": ("short", bm25(1.2, 0.75, *STOP)),
    "BM25, k1 1.5, b 0.75, no stop words in documents": ("short", bm25(1.5, 0.75, *STOP)),
    "BM25L, k1 1.2, b 0.75, no stop words in documents": ("short", ["--model", "bm25l", *STOP]),
    # The same, with documents and topics cut into words as bm25s does it: what is left is the ranking alone.
    "BM25, k1 0.9, b 0.4, words as bm25s cuts them": ("cut", bm25(0.9, 0.4)),
    "BM25, k1 1.5, b 0.75, words as bm25s cuts them": ("cut", bm25(1.5, 0.75)),
}
BASE = next(iter(SYSTEMS))

# Published figures over the same documents and topics: where, nDCG@10, and which system has the same parameters.
ANSERINI = "Anserini, {} {}"
BENCHMARKS = "bm25-benchmarks, {}"
LINES = {"0.9": BASE, "1.2": "BM25, k1 1.2, b 0.75, stop words", "1.5": "BM25, k1 1.5, b 0.75, stop words"}
APART = "title and body apart, k1 0.9, b 0.4, stop words"


def published(name, flat, fields, benchmarks):
    lines = [(ANSERINI.format(name, "flat"), flat, BASE), (ANSERINI.format(name, "multifield"), fields, APART)]
    return lines + [(BENCHMARKS.format(method), value, system) for method, value, system in benchmarks]


SOURCES = {
    "scifact": published("scifact", 0.6789, 0.6647, [
        ("Lucene 0.9, 0.4", 0.676, LINES["0.9"]), ("Lucene 1.2, 0.75", 0.680, LINES["1.2"]),
        ("Lucene 1.5, 0.75", 0.687, LINES["1.5"]), ("Pyserini 1.5, 0.75", 0.688, LINES["1.5"]),
        ("PISA 1.2, 0.75", 0.689, LINES["1.2"]), ("Elasticsearch 1.5, 0.75", 0.690, LINES["1.5"]),
    ]),
    "arguana": published("arguana", 0.3970, 0.4142, [
        ("Lucene 0.9, 0.4", 0.408, LINES["0.9"]), ("Lucene 1.2, 0.75", 0.487, LINES["1.2"]),
        ("Lucene 1.5, 0.75", 0.493, LINES["1.5"]), ("Pyserini 1.5, 0.75", 0.484, LINES["1.5"]),
        ("PISA 1.2, 0.75", 0.411, LINES["1.2"]), ("Elasticsearch 1.5, 0.75", 0.477, LINES["1.5"]),
    ]),
}
TOLERANCE = 0.002


def options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pressmark", type=pathlib.Path, default=ROOT / "target/quick/pressmark")
    parser.add_argument("--collections", type=pathlib.Path, default=ROOT / "../shared/corpora/judged")
    parser.add_argument("--work", type=pathlib.Path, default=pathlib.Path(tempfile.gettempdir()) / "pressmark-effectiveness")
    parser.add_argument("--output", type=pathlib.Path, default=ROOT / "benches/results/effectiveness.md")
    return parser.parse_args()


def without_stop_words(text):
    keep = lambda word: "" if word.group().lower() in STOP_WORDS else word.group()
    return re.sub(r"[\w']+", keep, text)


def as_bm25s(text):
    """Words of two letters or more, in lower case, without the 33."""
    return " ".join(word for word in re.findall(r"\b\w\w+\b", text.lower()) if word not in STOP_WORDS)


REWRITTEN = {"short": without_stop_words, "cut": as_bm25s}


class Collection:
    """One judged collection: its indexes, its runs, their figures."""

    def __init__(self, folder, chosen):
        self.name, self.folder, self.pressmark = folder.name, folder, chosen.pressmark
        self.work = chosen.work / folder.name
        self.work.mkdir(parents=True, exist_ok=True)
        self.systems = list(SYSTEMS)

    def call(self, *arguments):
        command = [str(self.pressmark), *map(str, arguments)]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    def documents(self):
        packed = subprocess.run(["zstd", "-dc", self.folder / "docs.jsonl.zst"], check=True, capture_output=True)
        return [json.loads(line) for line in packed.stdout.decode().splitlines()]

    def index(self, kind):
        path = self.work / f"{kind}.pmk"
        if not path.exists():
            # Titles and texts are the ranked text; nothing else of a collection is.
            source = self.rewritten(kind) if kind in REWRITTEN else self.folder / "docs.jsonl.zst"
            stem = [] if kind == "plain" else ["--stem", "en"]
            self.call("index", path, source, "--map", "body=text", *stem)
        return path

    def rewritten(self, kind):
        """The documents with other words."""
        path = self.work / f"{kind}.jsonl"
        with open(path, "w", encoding="utf-8") as out:
            for document in self.documents():
                texts = {name: REWRITTEN[kind](document[name]) for name in ("title", "text")}
                out.write(json.dumps({"id": document["id"], **texts}) + "\n")
        return path

    def topics(self, kind):
        given = self.folder / "queries.jsonl"
        if kind != "cut":
            return given
        path = self.work / "cut-topics.jsonl"
        with open(given, encoding="utf-8") as lines, open(path, "w", encoding="utf-8") as out:
            for topic in map(json.loads, lines):
                out.write(json.dumps({"id": topic["id"], "text": as_bm25s(topic["text"])}) + "\n")
        return path

    def run(self, name):
        kind, extra = SYSTEMS[name]
        path = self.work / (re.sub(r"[^\w.+]+", "-", name) + ".run")
        if not path.exists():
            # ArguAna's topics are documents of the collection, and published figures leave a topic's own document out.
            extra = extra + (["--without-own"] if self.name == "arguana" else [])
            answers = self.call("run", self.index(kind), self.topics(kind), "--depth", 100, *extra)
            path.write_text(answers)
        return path

    def judge(self, run, *more):
        return self.call("eval", self.folder / "qrels.tsv", *run, "-c", "--format", "json", *more)

    def figures(self, name):
        return json.loads(self.judge([self.run(name)], "-m", ",".join(MEASURES)))

    def by_topic(self, run):
        lines = self.judge([run], "-m", "ndcg_cut_10", "--by-topic")
        values = {line["topic"]: line["ndcg_cut_10"] for line in map(json.loads, lines.splitlines())}
        overall = values.pop("all")
        return values, overall

    def compare(self, first, second):
        lines = self.judge([first, second], "-m", "ndcg_cut_10")
        return json.loads(lines.splitlines()[-1])["comparison"]

    def witness(self, k1, b):
        """bm25s's own answers, as its benchmarks ask for them; nothing where it is not installed."""
        path = self.work / f"bm25s-{k1}-{b}.run"
        if path.exists():
            return path
        try:
            import bm25s
            import Stemmer
        except ImportError:
            return None
        words = lambda texts: bm25s.tokenize(texts, stopwords="en", stemmer=Stemmer.Stemmer("english"), show_progress=False)
        documents = self.documents()
        topics = [json.loads(line) for line in open(self.folder / "queries.jsonl", encoding="utf-8")]
        engine = bm25s.BM25(method="lucene", k1=k1, b=b)
        engine.index(words([f"{document['title']} {document['text']}" for document in documents]), show_progress=False)
        found, scores = engine.retrieve(words([topic["text"] for topic in topics]), k=101, show_progress=False)
        with open(path, "w", encoding="utf-8") as out:
            for topic, numbers, values in zip(topics, found, scores):
                for rank, (number, score) in enumerate(zip(numbers, values), 1):
                    identifier = documents[number]["id"]
                    if score > 0 and (self.name != "arguana" or identifier != topic["id"]):
                        out.write(f"{topic['id']} Q0 {identifier} {rank} {score!r} bm25s\n".replace("np.float32(", "").replace(")", ""))
        return path


def section(collection):
    """The table of a collection, its published figures, and where the two differ."""
    figures = {name: collection.figures(name) for name in collection.systems}
    topics, _ = collection.by_topic(collection.run(BASE))
    stats = json.loads(collection.call("stats", collection.index("en"), "--format", "json"))
    text = f"\n## {collection.name}\n\n{stats['documents']:,} documents, {len(topics):,} topics with judgements.\n\n"
    text += "| | " + " | ".join(MEASURES.values()) + " |\n|---|" + "--:|" * len(MEASURES) + "\n"
    for name, found in figures.items():
        text += f"| {name} | " + " | ".join(f"{found[measure]:.4f}" for measure in MEASURES) + " |\n"
    return text + beside(collection, figures) + against_witness(collection) + differences(collection, topics)


def beside(collection, figures):
    sources = SOURCES.get(collection.name)
    if not sources:
        return "\nNo figure published with known parameters over these documents and topics is known to us.\n"
    text = "\nBeside publications, with their k1 and b (nDCG@10):\n\n| publication | published | Pressmark | difference | |\n|---|--:|--:|--:|---|\n"
    for source, value, system in sources:
        found = figures[system]["ndcg_cut_10"]
        meets = "holds" if value - TOLERANCE <= found else "**below**"
        text += f"| {source} | {value:.4f} | {found:.4f} | {found - value:+.4f} | {meets} |\n"
    return text + f"\n*Holds*: at or above the published figure less {TOLERANCE}.\n"


def against_witness(collection):
    """bm25s and this engine, topic by topic."""
    text = ""
    for k1, b in [(0.9, 0.4), (1.5, 0.75)]:
        kinds = ["stop words", "no stop words in documents", "words as bm25s cuts them"]
        run = collection.witness(k1, b)
        if run is None:
            return ""
        theirs, overall = collection.by_topic(run)
        text += f"| bm25s itself, k1 {k1}, b {b} | {overall:.4f} | | | | | |\n"
        for kind in kinds:
            name = f"BM25, k1 {k1}, b {b}, {kind}"
            values, mean = collection.by_topic(collection.run(name))
            text += f"| {name} | {mean:.4f} | {mean - overall:+.4f} |" + topics_changed(theirs, values) + "\n"
    head = "\nBeside bm25s run here, topic by topic (nDCG@10):\n\n| | nDCG@10 | difference | same | better | worse | most changed topics |\n|---|--:|--:|--:|--:|--:|---|\n"
    return head + text


def topics_changed(theirs, values):
    changes = {topic: values[topic] - theirs[topic] for topic in theirs}
    same = sum(abs(change) < 5e-5 for change in changes.values())
    better = sum(change >= 5e-5 for change in changes.values())
    most = sorted(changes, key=lambda topic: -abs(changes[topic]))[:4]
    shown = ", ".join(f"`{topic}` {changes[topic]:+.2f}" for topic in most if abs(changes[topic]) >= 0.005)
    return f" {same} | {better} | {len(changes) - same - better} | {shown} |"


def differences(collection, base):
    """What each step away from the first line does, topic by topic."""
    first = collection.run(BASE)
    text = "\nAgainst the first line (nDCG@10, paired over topics):\n\n| | difference | 95 % interval | p (t) | p (random) | better | worse | most changed topics |\n|---|--:|---|--:|--:|--:|--:|---|\n"
    for name in collection.systems[1:]:
        run = collection.run(name)
        found = collection.compare(first, run)
        values, _ = collection.by_topic(run)
        changed = sorted(base, key=lambda topic: -abs(values[topic] - base[topic]))[:3]
        shown = ", ".join(f"`{topic}` {values[topic] - base[topic]:+.2f}" for topic in changed if values[topic] != base[topic])
        low, high = found["interval"]
        text += (f"| {name} | {found['difference']:+.4f} | {low:+.4f} to {high:+.4f} | {found['p_t_test']:.3f} "
                 f"| {found['p_randomisation']:.3f} | {found['better']} | {found['worse']} | {shown} |\n")
    return text


HEAD = """# Effectiveness

Made by `python3 benches/effectiveness.py`; nothing here is typed by hand but the published figures and the notes at the
end. Measures are trec_eval's (`pressmark eval -c`), from runs of 100 documents a topic: a topic without an answer counts as
0. Indexes have stems (`--stem en`) and rank title and text together; topics are taken as plain words. All models but BM25
score every matching document. "Stop words" are Lucene's 33, left out of the topics; documents keep them.
"""


def main():
    chosen = options()
    chosen.work.mkdir(parents=True, exist_ok=True)
    folders = sorted(path for path in chosen.collections.iterdir() if path.is_dir())
    text = HEAD + "".join(section(Collection(folder, chosen)) for folder in folders)
    notes = ROOT / "benches/results/effectiveness-notes.md"
    if notes.exists():
        text += "\n" + notes.read_text()
    chosen.output.parent.mkdir(parents=True, exist_ok=True)
    chosen.output.write_text(text)
    print(chosen.output)


if __name__ == "__main__":
    main()
