#!/usr/bin/env python3
"""How long the forms of the query language take: median, 99th percentile and worst of 200 queries each.

Comes in: an index, the dump it was made from, a pressmark binary. Goes out: a table in Markdown. Queries are drawn from
the dump with a fixed seed. Each asks for the ten best documents of one running process, over `bench --protocol game`; the
file lies in the page cache. A time is what the process spent on a processor between question and answer, as the system
accounts it: parsing, vocabulary search and ranking, whatever else the machine does. Given a runner for Tantivy and its
index of the same dump, the forms that Tantivy has are asked of it too, query by query in turn.

    benches/language.py IDX DUMP.jsonl target/quick/pressmark [QUERIES_PER_FORM [PEER_TANTIVY FOLDER]]
"""

import json
import random
import re
import subprocess
import sys
import time

WORD = re.compile(r"[a-z]+")
NAME = re.compile(r"(?<=[a-z,] )[A-Z][a-z]{4,9}(?=[ ,.])")


def draw(dump, count):
    """Passages and names of documents all over the dump."""
    chance = random.Random(1)
    passages, names = [], []
    with open(dump, encoding="utf-8") as lines:
        for number, line in enumerate(lines):
            if number % 97:
                continue
            text = json.loads(line)["text"]
            words = [word.lower() for word in re.findall(r"[A-Za-z]+", text)]
            if len(words) < 60:
                continue
            start = chance.randrange(len(words) - 20)
            passages.append(words[start:start + 20])
            names += NAME.findall(text)[:2]
            if 20 * count < len(passages):
                break
    chance.shuffle(passages)
    chance.shuffle(names)
    return chance, passages, names


def queries(dump, count):
    """For each form its queries, for Pressmark and, where it has the form, for Tantivy."""
    chance, passages, names = draw(dump, count)
    words = [word for passage in passages for word in passage]
    long = [word for word in words if 5 <= len(word) <= 12]
    chance.shuffle(long)
    vowel = re.compile("[aeiou]")
    forms = {
        "slop-3 phrase of 2 words": lambda i: (
            f'"{passages[i][2]} {passages[i][0]}"~3', f"slop 3 {passages[i][2]} {passages[i][0]}"),
        "slop-3 phrase of 3 words": lambda i: (
            f'"{passages[i][0]} {passages[i][2]} {passages[i][3]}"~3',
            f"slop 3 {passages[i][0]} {passages[i][2]} {passages[i][3]}"),
        "NEAR/5 of two words": lambda i: (f"{passages[i][0]} NEAR/5 {passages[i][4]}", None),
        "NEAR/5 of a wildcard and a phrase":
            lambda i: (f'{long[i][:4]}* NEAR/5 "{passages[i][0]} {passages[i][1]}"', None),
        "prefix of 3 letters": lambda i: (f"{long[i][:3]}*", f"regex {long[i][:3]}.*"),
        "leading wildcard, 3 letters": lambda i: (f"*{long[i][-3:]}", f"regex .*{long[i][-3:]}"),
        "leading wildcard, 4 letters": lambda i: (f"*{long[i][-4:]}", f"regex .*{long[i][-4:]}"),
        "wildcard inside": lambda i: (
            f"{long[i][0]}*{long[i][-2:]}", f"regex {long[i][0]}.*{long[i][-2:]}"),
        "wildcards around 4 letters": lambda i: (
            f"*{long[i][:4]}*", f"regex .*{long[i][:4]}.*"),
        "fuzzy ~1, vocabulary search alone": lambda i: (
            f"{long[i][:4]}{long[i][3:]}q~1", f"fuzzy 1 {long[i][:4]}{long[i][3:]}q"),
        "fuzzy ~1": lambda i: (f"{long[i]}~1", f"fuzzy 1 {long[i]}"),
        "fuzzy ~2": lambda i: (f"{long[i]}~2", f"fuzzy 2 {long[i]}"),
        "regular expression": lambda i: (
            "/" + vowel.sub("[aeiou]", long[i]) + "s?/",
            "regex " + vowel.sub("[aeiou]", long[i]) + "s?"),
        "name variant": lambda i: (f"~{names[i]}", None),
        "fuzzy ~1 in a phrase": lambda i: (f'"{passages[i][0]} {passages[i][1]}~1"', None),
    }
    return {name: [form(i) for i in range(count)] for name, form in forms.items()}


class Engine:
    """A process that answers a line by a line."""

    def __init__(self, command, prefix=""):
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
        self.schedule = f"/proc/{self.process.pid}/schedstat"
        self.prefix = prefix
        self.times = []

    def spent(self):
        """Milliseconds on a processor so far; by the clock where the system does not say."""
        try:
            with open(self.schedule, encoding="ascii") as figures:
                return int(figures.read().split()[0]) / 1e6
        except OSError:
            return time.perf_counter() * 1e3

    def ask(self, query):
        start = self.spent()
        self.process.stdin.write(f"{self.prefix}{query}\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline().strip()
        # The process waits for the next question once it has answered; its time is then accounted for.
        time.sleep(0.0005)
        if not answer.isdigit():
            sys.exit(f"{query}: {answer}")
        self.times.append((self.spent() - start, query))

    def figures(self):
        """Median, 99th percentile, worst and what that was; forgets them."""
        times, self.times = sorted(self.times), []
        high = times[min(len(times) - 1, len(times) * 99 // 100)][0]
        return times[len(times) // 2][0], high, *times[-1]


def main():
    index, dump, binary = sys.argv[1:4]
    count = int(sys.argv[4]) if 4 < len(sys.argv) else 200
    engines = [Engine([binary, "bench", index, "--protocol", "game"], "TOP_10\t")]
    if 6 < len(sys.argv):
        engines.append(Engine([sys.argv[5], "forms", sys.argv[6]]))
    engines[0].ask("the")
    engines[0].figures()
    peer = " Tantivy median | p99 | worst |" if 1 < len(engines) else ""
    print(f"| form | median ms | p99 | worst | worst query |{peer}")
    print("|---|--:|--:|--:|---|" + "--:|--:|--:|" * (len(engines) - 1))
    for name, texts in queries(dump, count).items():
        for text in texts:
            for engine, query in zip(engines, text):
                if query is not None:
                    engine.ask(query)
        median, high, worst, query = engines[0].figures()
        line = f"| {name} | {median:.2f} | {high:.1f} | {worst:.1f} | `{query}` |"
        for engine in engines[1:]:
            figures = engine.figures()[:3] if engine.times else ()
            line += "".join(f" {figure:.2f} |" for figure in figures) or " - | - | - |"
        print(line, flush=True)


if __name__ == "__main__":
    main()
