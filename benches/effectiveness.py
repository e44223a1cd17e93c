#!/usr/bin/env python3
"""How good the rankings are: every model on every judged collection, beside published figures.

    cargo build --profile quick
    python3 benches/effectiveness.py

indexes each collection of ../shared/corpora/judged with `--stem en` (and once without), answers its topics with each
model, judges the runs with `pressmark eval -c`, and writes benches/results/effectiveness.md. Needs nothing but Python and
the built program. Runs are kept in --work, so that single topics can be looked at afterwards.
"""

import argparse
import json
import pathlib
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
MEASURES = {"ndcg_cut_10": "nDCG@10", "recall_100": "recall@100", "map": "MAP", "recip_rank": "RR"}

# What each line of the tables is made with.
PUBLISHED = ["--k1", "0.9", "--b", "0.4", "--stop-words", "lucene"]
SYSTEMS = [
    ("BM25, k1 0.9, b 0.4, stop words (as published)", "en", PUBLISHED),
    ("BM25, k1 0.9, b 0.4", "en", ["--k1", "0.9", "--b", "0.4"]),
    ("BM25, k1 1.2, b 0.75 (default)", "en", []),
    ("BM25, default, no stems", None, []),
    ("BM25+", "en", ["--model", "bm25+"]),
    ("BM25L", "en", ["--model", "bm25l"]),
    ("query likelihood, Dirichlet, mu 1000", "en", ["--model", "dirichlet"]),
    ("DPH", "en", ["--model", "dph"]),
    ("BM25 as published + RM3", "en", PUBLISHED + ["--rm3"]),
    ("BM25 as published + Rocchio", "en", PUBLISHED + ["--rocchio"]),
    ("BM25 as published + proximity", "en", PUBLISHED + ["--proximity"]),
]

# Published BM25 figures over the same documents and topics, with where they stand.
FLAT = "Anserini, `docs/regressions-beir-v1.0.0-{}-flat.md`, title and text in one field, k1 0.9, b 0.4, Porter stems, 33 stop words"
SOURCES = {
    "scifact": [(FLAT.format("scifact"), {"ndcg_cut_10": 0.6789, "recall_100": 0.9253})],
    "arguana": [(FLAT.format("arguana"), {"ndcg_cut_10": 0.3970, "recall_100": 0.9324})],
}
TOLERANCE = 0.002


def options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pressmark", type=pathlib.Path, default=ROOT / "target/quick/pressmark")
    parser.add_argument("--collections", type=pathlib.Path, default=ROOT / "../shared/corpora/judged")
    parser.add_argument("--work", type=pathlib.Path, default=pathlib.Path(tempfile.gettempdir()) / "pressmark-effectiveness")
    parser.add_argument("--output", type=pathlib.Path, default=ROOT / "benches/results/effectiveness.md")
    return parser.parse_args()


class Collection:
    """One judged collection: its indexes, its runs, their figures."""

    def __init__(self, folder, chosen):
        self.name, self.folder, self.pressmark = folder.name, folder, chosen.pressmark
        self.work = chosen.work / folder.name
        self.work.mkdir(parents=True, exist_ok=True)

    def call(self, *arguments):
        command = [str(self.pressmark), *map(str, arguments)]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    def index(self, stem):
        path = self.work / f"{stem or 'plain'}.pmk"
        if not path.exists():
            extra = ["--stem", stem] if stem else []
            # Titles and texts are the ranked text; nothing else of a collection is.
            self.call("index", path, self.folder / "docs.jsonl.zst", "--map", "body=text", *extra)
        return path

    def run(self, number, stem, extra):
        path = self.work / f"{number:02}.run"
        # ArguAna's topics are documents of the collection, and published figures leave a topic's own document out.
        extra = extra + (["--without-own"] if self.name == "arguana" else [])
        path.write_text(self.call("run", self.index(stem), self.folder / "queries.jsonl", "--depth", 1000, *extra))
        return path

    def judge(self, run):
        lines = self.call("eval", self.folder / "qrels.tsv", run, "-c", "-m", ",".join(MEASURES), "--format", "json")
        return json.loads(lines)

    def compare(self, first, second):
        lines = self.call("eval", self.folder / "qrels.tsv", first, second, "-c", "-m", "ndcg_cut_10", "--format", "json")
        return json.loads(lines.splitlines()[-1])["comparison"]

    def by_topic(self, run):
        lines = self.call("eval", self.folder / "qrels.tsv", run, "-c", "-m", "ndcg_cut_10", "--by-topic", "--format", "json")
        values = {line["topic"]: line["ndcg_cut_10"] for line in map(json.loads, lines.splitlines())}
        del values["all"]
        return values


def row(name, values):
    cells = [f"{values[measure]:.4f}" if measure in values else "" for measure in MEASURES]
    return f"| {name} | " + " | ".join(cells) + " |\n"


def section(collection):
    """The table of a collection, its published figures, and where the two differ."""
    runs = [collection.run(number, stem, extra) for number, (_, stem, extra) in enumerate(SYSTEMS)]
    figures = [collection.judge(run) for run in runs]
    topics = len(collection.by_topic(runs[0]))
    stats = json.loads(collection.call("stats", collection.index("en"), "--format", "json"))
    text = f"\n## {collection.name}\n\n{stats['documents']:,} documents, {topics:,} topics with judgements.\n\n"
    text += "| | " + " | ".join(MEASURES.values()) + " |\n|---|" + "--:|" * len(MEASURES) + "\n"
    sources = SOURCES.get(collection.name, [])
    for source, published in sources:
        text += row(f"*{source}*", published)
    text += "".join(row(name, found) for (name, _, _), found in zip(SYSTEMS, figures))
    text += verdict(sources, figures[0]) + differences(collection, runs)
    return text


def verdict(sources, ours):
    if not sources:
        return "\nNo figure published with known parameters over these documents and topics is known to us.\n"
    best = max(published["ndcg_cut_10"] for _, published in sources)
    found = ours["ndcg_cut_10"]
    meets = "at or above" if best - TOLERANCE <= found else "**below**"
    return f"\nnDCG@10 as published is {best:.4f}, ours with the same parameters {found:.4f} ({found - best:+.4f}): {meets} the published figure less {TOLERANCE}.\n"


def differences(collection, runs):
    """What each step away from the published setting does, topic by topic."""
    base = collection.by_topic(runs[0])
    text = "\nAgainst the first line (nDCG@10, paired over topics):\n\n| | difference | 95 % interval | p (t) | p (random) | better | worse | most changed topics |\n|---|--:|---|--:|--:|--:|--:|---|\n"
    for (name, _, _), run in list(zip(SYSTEMS, runs))[1:]:
        found = collection.compare(runs[0], run)
        values = collection.by_topic(run)
        changed = sorted(base, key=lambda topic: -abs(values[topic] - base[topic]))[:3]
        shown = ", ".join(f"`{topic}` {values[topic] - base[topic]:+.2f}" for topic in changed if values[topic] != base[topic])
        low, high = found["interval"]
        text += (f"| {name} | {found['difference']:+.4f} | {low:+.4f} to {high:+.4f} | {found['p_t_test']:.3f} "
                 f"| {found['p_randomisation']:.3f} | {found['better']} | {found['worse']} | {shown} |\n")
    return text


HEAD = """# Effectiveness

Made by `python3 benches/effectiveness.py`; nothing here is typed by hand but the published figures and the notes at the
end. Measures are trec_eval's (`pressmark eval -c`): a topic without an answer counts as 0. Indexes have stems (`--stem en`)
and rank title and text together; topics are taken as plain words. All models but BM25 score every matching document.
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
