#!/usr/bin/env python3
"""How long the forms of the query language take: median, 99th percentile and worst of 200 queries each.

Comes in: an index, the dump it was made from, a pressmark binary. Goes out: a table in Markdown. Queries are drawn from
the dump with a fixed seed. Each asks for the ten best documents of one running process, over `bench --protocol game`; the
file lies in the page cache. A time is what the process spent on a processor between question and answer, as the system
accounts it: parsing, vocabulary search and ranking, whatever else the machine does.

    benches/language.py IDX DUMP.jsonl target/quick/pressmark [QUERIES_PER_FORM]
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
    """For each form its queries."""
    chance, passages, names = draw(dump, count)
    words = [word for passage in passages for word in passage]
    long = [word for word in words if 5 <= len(word) <= 12]
    chance.shuffle(long)
    vowel = re.compile("[aeiou]")
    forms = {
        "slop-3 phrase of 2 words": lambda i: f'"{passages[i][2]} {passages[i][0]}"~3',
        "slop-3 phrase of 3 words": lambda i: f'"{passages[i][0]} {passages[i][2]} {passages[i][3]}"~3',
        "NEAR/5 of two words": lambda i: f"{passages[i][0]} NEAR/5 {passages[i][4]}",
        "NEAR/5 of a wildcard and a phrase":
            lambda i: f'{long[i][:4]}* NEAR/5 "{passages[i][0]} {passages[i][1]}"',
        "prefix of 3 letters": lambda i: f"{long[i][:3]}*",
        "leading wildcard, 3 letters": lambda i: f"*{long[i][-3:]}",
        "leading wildcard, 4 letters": lambda i: f"*{long[i][-4:]}",
        "infix wildcard": lambda i: f"{long[i][0]}*{long[i][-2:]}",
        "fuzzy ~1, vocabulary search alone": lambda i: f"{long[i][:4]}{long[i][3:]}q~1",
        "fuzzy ~1": lambda i: f"{long[i]}~1",
        "fuzzy ~2": lambda i: f"{long[i]}~2",
        "regular expression": lambda i: "/" + vowel.sub("[aeiou]", long[i]) + "s?/",
        "name variant": lambda i: f"~{names[i]}",
        "fuzzy ~1 in a phrase": lambda i: f'"{passages[i][0]} {passages[i][1]}~1"',
    }
    return {name: [form(i) for i in range(count)] for name, form in forms.items()}


def main():
    index, dump, binary = sys.argv[1:4]
    count = int(sys.argv[4]) if 4 < len(sys.argv) else 200
    driver = subprocess.Popen(
        [binary, "bench", index, "--protocol", "game"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)

    schedule = f"/proc/{driver.pid}/schedstat"

    def spent():
        """Milliseconds on a processor so far; by the clock where the system does not say."""
        try:
            with open(schedule, encoding="ascii") as figures:
                return int(figures.read().split()[0]) / 1e6
        except OSError:
            return time.perf_counter() * 1e3

    def ask(query):
        start = spent()
        driver.stdin.write(f"TOP_10\t{query}\n")
        driver.stdin.flush()
        answer = driver.stdout.readline().strip()
        # The process waits for the next question once it has answered; its time is then accounted for.
        time.sleep(0.0005)
        return spent() - start, answer

    ask("the")
    print("| form | median ms | p99 ms | worst ms | worst query |\n|---|--:|--:|--:|---|")
    for name, texts in queries(dump, count).items():
        times = []
        for text in texts:
            took, answer = ask(text)
            if not answer.isdigit():
                sys.exit(f"{text}: {answer}")
            times.append((took, text))
        times.sort()
        median, high = times[len(times) // 2][0], times[min(len(times) - 1, len(times) * 99 // 100)][0]
        print(f"| {name} | {median:.2f} | {high:.1f} | {times[-1][0]:.1f} | `{times[-1][1]}` |", flush=True)


if __name__ == "__main__":
    main()
