#!/usr/bin/env python3
"""How much of a wiki's numbers, units and list items is left in plain text: Pressmark beside WikiExtractor.

Comes in: a MediaWiki dump and both programs' texts of it. Goes out: for each construct of the wikitext how many there are, and how
many of them each text has; the same test for both. Only articles that both programs extracted are looked at.

    cargo build --profile quick -p sources --example read
    target/quick/examples/read --print DUMP > ours.jsonl
    pip install wikiextractor && python -m wikiextractor.WikiExtractor --json -o theirs DUMP
    benches/wikitext.py DUMP ours.jsonl theirs
"""
import bz2, glob, html, json, os, re, sys
import xml.etree.ElementTree as ElementTree


def pages(path):
    """Title and wikitext of each article."""
    title = None
    for _, element in ElementTree.iterparse(bz2.open(path) if path.endswith("bz2") else open(path, "rb")):
        name = element.tag.rsplit("}", 1)[-1]
        if name == "title":
            title = element.text
        elif name == "text":
            yield title, element.text or ""
        elif name == "page":
            element.clear()


def flat(text):
    """One kind of blank, no thousands separators, one kind of dash: neither program is to be judged by those."""
    text = html.unescape(text).replace("\u2212", "-").replace("\u2013", "-").replace("\u00a0", " ")
    return re.sub(r"\s+", " ", re.sub(r"(?<=\d),(?=\d{3})", "", text)).casefold()


def without_notes(text):
    """What is no reader's business in the text itself."""
    text = re.sub(r"<!--.*?-->", "", text, flags=re.S)
    text = re.sub(r"<ref[^>/]*/>|<ref.*?</ref>", "", text, flags=re.S)
    return text


UNIT = {"km2": "km2|km²|square", "sqmi": "sq mi|square", "sqkm": "km2|km²|square", "mi": "mi", "ft": "ft|foot|feet", "in": "in", "m": "m",
        "C": "°c|c|degrees", "F": "°f|f|degrees", "mph": "mph|miles", "lb": "lb|pound", "kg": "kg|kilo", "acre": "acre", "USgal": "us gal|gallon", "m3": "m3|m³|cubic"}


def numbers_with_units(text):
    for number, unit in re.findall(r"\{\{\s*(?:convert|cvt)\s*\|\s*([\d.,]+)\s*\|\s*([^|}\s]+)\s*[|}]", text, re.I):
        if not re.fullmatch(r"(?:to|and|or|by|x|-|–|\+/-|±)(?:\(-\))?", unit):
            yield number.replace(",", ""), unit


def formatted_numbers(text):
    found = re.findall(r"([A-Za-z]+) (?:of )?\{\{\s*(?:formatnum:|val\|)\s*([\d.,]+)", text)
    return [(word, number.replace(",", "")) for word, number in found]


PLAIN = re.compile(r"(?:[A-Za-z]{2,} ){2,}[A-Za-z]{2,}")


def labels(line):
    """With labels in place of links, without quotes; what stands between tags or in templates is apart."""
    line = re.sub(r"\[\[(?:[^|\]]*\|)?([^\]]*)\]\]", r"\1", line)
    line = re.sub(r"\[?https?://[^\s\]]*", "|", line)
    return re.sub(r"<[^>]*>|\{\{[^}]*\}\}", "|", re.sub(r"'{2,}", "", line))


def list_items(text):
    """The first three or more plain words of each item."""
    for line in re.findall(r"^[*#]+\s*([^:*#|{}\n][^\n]*)$", text, re.M):
        found = PLAIN.search(labels(line)) if not line.lower().startswith(("redirect", "category")) else None
        if found:
            yield found.group()


def table_cells(text):
    for line in re.findall(r"^\|(?![-}+|])\s*([^\n]*)$", text, re.M):
        if not re.search(r"=|\{\{|^\s*$", line):
            found = PLAIN.search(labels(line))
            if found:
                yield found.group()


def main():
    dump, ours_path, theirs_path = sys.argv[1:4]
    ours = {}
    for line in open(ours_path):
        document = json.loads(line)
        ours[document["title"]] = flat(document.get("body", "") + "\n" + document.get("infobox", ""))
    theirs = {}
    for path in glob.glob(os.path.join(theirs_path, "*", "wiki_*")):
        for line in open(path):
            document = json.loads(line)
            theirs[document["title"]] = flat(document["text"])
    kinds = ["numbers of {{convert}}", "the same with their unit", "{{formatnum:}} and {{val}} behind their word",
             "list items", "table cells of three words or more"]
    counts = {kind: [0, 0, 0] for kind in kinds}

    def judge(kind, has, both):
        counts[kind][0] += 1
        for place, text in enumerate(both, 1):
            counts[kind][place] += bool(has(text))

    articles = 0
    for title, wikitext in pages(dump):
        if title not in ours or title not in theirs:
            continue
        articles += 1
        both, text = (ours[title], theirs[title]), without_notes(wikitext)
        for number, unit in numbers_with_units(text):
            judge(kinds[0], lambda t: re.search(rf"(?<![\d.]){re.escape(number)}(?![\d])", t), both)
            units = UNIT.get(unit, re.escape(unit.casefold()))
            judge(kinds[1], lambda t: re.search(rf"(?<![\d.]){re.escape(number)}[ -]*(?:{units})", t), both)
        for word, number in formatted_numbers(text):
            judge(kinds[2], lambda t: re.search(rf"{re.escape(word.casefold())} (?:of )?{re.escape(number)}", t), both)
        for item in list_items(text):
            judge(kinds[3], lambda t: flat(item) in t, both)
        for cell in table_cells(text):
            judge(kinds[4], lambda t: flat(cell) in t, both)
    print(f"{articles} articles that both have; Pressmark has {len(ours)}, WikiExtractor {len(theirs)}\n")
    print("| in the wikitext | count | Pressmark | WikiExtractor |\n|---|--:|--:|--:|")
    for kind, (total, first, second) in counts.items():
        print(f"| {kind} | {total} | {first} | {second} |")


main()
