#!/usr/bin/env python3
"""trec_eval as a witness: what it says about runs, beside what `pressmark eval` says.

    pip install pytrec-eval-terrier
    trec_eval_witness.py record > crates/evaluation/src/retrieval/tests/trec_eval.json
        Makes small runs and judgements up (ties, ties in single precision only, missing topics, grades, negative
        grades, topics without a relevant document) and records every measure, for a test that needs no Python.
    trec_eval_witness.py check PRESSMARK QRELS RUN...
        Compares `PRESSMARK eval QRELS RUN --by-topic --format json` with trec_eval, topic by topic and over all.
        Ends with 1 where any value differs in its fourth decimal.
"""

import json
import random
import subprocess
import sys

import pytrec_eval

MEASURES = [
    "map", "recip_rank", "bpref", "Rprec", "ndcg", "ndcg_cut_5", "ndcg_cut_10", "ndcg_cut_100", "P_5", "P_10",
    "recall_5", "recall_100", "recall_1000", "success_1", "success_10", "num_ret", "num_rel", "num_rel_ret",
]
ASKED = {"map", "recip_rank", "bpref", "Rprec", "ndcg", "ndcg_cut.5,10,100", "P.5,10", "recall.5,100,1000",
         "success.1,10", "num_ret", "num_rel", "num_rel_ret"}


def truth(qrels, run):
    """Every measure of every topic that both have."""
    found = pytrec_eval.RelevanceEvaluator(qrels, ASKED).evaluate(run)
    return {topic: {name: values[name] for name in MEASURES} for topic, values in found.items()}


def overall(topics):
    """As trec_eval's `all`: counts are summed, all else is averaged."""
    count = len(topics)
    total = {name: sum(values[name] for values in topics.values()) for name in MEASURES}
    return {name: value if name.startswith("num_") else value / count for name, value in total.items()}


def made_up(seed, scores, grades, missing):
    """Six topics of up to 40 documents; `missing` topics are left out of the run, and one is not judged."""
    dice = random.Random(seed)
    documents = [f"d{number}" for number in range(60)]
    qrels, run = {}, {}
    for topic in (str(number) for number in (3, 1, 10, 2, 22, 7)):
        judged = dice.sample(documents, 25)
        qrels[topic] = {document: dice.choice(grades) for document in judged}
        found = dice.sample(documents, dice.randint(1, 40))
        run[topic] = {document: scores(dice) for document in found}
    for topic in list(run)[:missing]:
        del run[topic]
    run["unjudged"] = {"d1": 1.0, "d2": 0.5}
    return qrels, run


def record():
    plain = lambda dice: round(dice.uniform(0, 20), 4)
    tied = lambda dice: float(dice.randint(1, 4))
    # Equal in f32, different in f64.
    nearly = lambda dice: dice.randint(1, 5) + dice.randint(0, 9) * 1e-12
    minus = lambda dice: -round(dice.uniform(0, 30), 6)
    kinds = [
        ("binary", made_up(1, plain, [0, 1], 0)),
        ("ties", made_up(2, tied, [0, 1], 0)),
        ("ties in single precision", made_up(3, nearly, [0, 0, 1, 2], 0)),
        ("missing topics and grades", made_up(4, plain, [0, 1, 2, 3], 2)),
        ("negative grades and scores", made_up(5, minus, [-2, -1, 0, 1, 2], 1)),
        ("a topic with nothing relevant", made_up(6, tied, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1], 0)),
        ("everything relevant", made_up(7, tied, [1], 1)),
    ]
    kinds[5][1][0]["10"] = {f"d{number}": 0 for number in range(20)}
    cases = []
    for name, (qrels, run) in kinds:
        cases.append({
            "name": name,
            "qrels": "".join(f"{t} 0 {d} {g}\n" for t, grades in qrels.items() for d, g in grades.items()),
            "run": "".join(f"{t} Q0 {d} 0 {s!r} made-up\n" for t, found in run.items() for d, s in found.items()),
            "topics": truth(qrels, run),
        })
    for case in cases:
        case["overall"] = overall(case["topics"])
    json.dump(cases, sys.stdout, indent=1, sort_keys=True)
    print()


def read(path, columns):
    table = {}
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            topic, document, value = (line.split()[column] for column in columns)
            table.setdefault(topic, {})[document] = float(value) if len(columns) == 3 and columns[2] == 4 else int(value)
    return table


def check(pressmark, qrels_path, *run_paths):
    qrels, worst, compared = read(qrels_path, (0, 2, 3)), 0.0, 0
    for run_path in run_paths:
        expected = truth(qrels, read(run_path, (0, 2, 4)))
        command = [pressmark, "eval", qrels_path, run_path, "--by-topic", "--format", "json", "--measures", ",".join(MEASURES)]
        lines = [json.loads(line) for line in subprocess.run(command, check=True, capture_output=True).stdout.splitlines()]
        found = {line.pop("topic"): line for line in lines}
        whole = found.pop("all")
        assert set(found) == set(expected), f"{run_path}: topics {set(found) ^ set(expected)} differ"
        pairs = [(found[topic], values) for topic, values in expected.items()] + [(whole, overall(expected))]
        for ours, theirs in pairs:
            for name in MEASURES:
                worst = max(worst, abs(ours[name] - theirs[name]))
                compared += 1
                assert f"{ours[name]:.4f}" == f"{theirs[name]:.4f}", f"{run_path}: {name}: {ours[name]} and {theirs[name]}"
        print(f"{run_path}: {len(expected)} topics agree")
    print(f"{compared} values agree to 4 decimals; the greatest difference is {worst:.2g}")


if __name__ == "__main__":
    {"record": record, "check": check}[sys.argv[1]](*sys.argv[2:])
