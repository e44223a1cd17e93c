#!/usr/bin/env python3
"""Real dumps read, counted and searched, beside programs that share nothing with Pressmark.

Comes in: the `pressmark` command and a folder of corpora. Goes out, and a failure where something differs:

* documents, bad and skipped records of every dump as `pressmark index` counts them, beside a scan of the plain bytes;
* random phrases of three words of the extracted texts: the documents and matches that `pressmark count` finds, beside a search
  for the words in the texts with a regular expression.

    tests/dumps.py target/quick/pressmark ../shared/corpora [PHRASES]
"""
import bz2, collections, json, lzma, os, random, re, subprocess, sys, tempfile, unicodedata

PRESSMARK, CORPORA = sys.argv[1:3]
PHRASES = int(sys.argv[3]) if len(sys.argv) > 3 else 1000

REDIRECT = re.compile(r"<text[^>]*>\s*#(redirect|перенаправление|перенаправлення|пренасочване|виж|転送|リダイレクト|weiterleitung"
                      r"|重定向|تحويل)\b[^\n]*\[\[", re.I)


def plain(path):
    """The bytes of a dump, decompressed as far as they go."""
    raw = open(path, "rb").read()
    if raw[:3] == b"BZh":
        return bz2.decompress(raw)
    if raw[:6] == b"\xfd7zXZ\0":
        return lzma.LZMADecompressor().decompress(raw)
    if raw[:4] == b"\x28\xb5\x2f\xfd":
        return subprocess.run(["zstd", "-dc", "--long=31", path], stdout=subprocess.PIPE, check=True).stdout
    return raw


def scanned(path):
    """(documents, redirects, pages of other namespaces, whether the file is cut) by splitting the text at its tags."""
    raw = plain(path)
    text = raw.decode("utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8", "replace")
    if path.endswith(".sgm.zst"):
        return text.count("<REUTERS"), 0, 0, False
    if path.endswith(".jsonl.zst"):
        return sum(1 for line in raw.split(b"\n") if line.strip()), 0, 0, False
    pages = text.split("<page>")[1:]
    whole = [page.split("</page>")[0] for page in pages if "</page>" in page]
    other = [page for page in whole if re.search(r"<ns>(-?\d+)</ns>", page) and "<ns>0</ns>" not in page]
    main = [page for page in whole if page not in other]
    redirects = [page for page in main if "<redirect" in page.split("<text")[0] or REDIRECT.search(page)]
    cut = len(pages) != len(whole) or "</mediawiki>" not in text
    return len(main) - len(redirects), len(redirects), len(other), cut


def built(path, index):
    """(documents, redirects, pages of other namespaces, whether a record was bad) as the index says, and its text fields."""
    command = [PRESSMARK, "index", index, path, "--on-bad", "skip", "--quiet"]
    subprocess.run(command, check=True)
    stats = json.loads(subprocess.run([PRESSMARK, "stats", index, "--format", "json"], stdout=subprocess.PIPE, check=True).stdout)
    [source] = stats["sources"]
    skipped = {entry[0]: entry[1] for entry in (
        source["skipped"].items() if isinstance(source["skipped"], dict)
        else [(e["reason"], e["count"]) if isinstance(e, dict) else tuple(e) for e in source["skipped"]])}
    # A page without text is an article to the scan, and nothing to search to us.
    documents = source["documents"] + skipped.get("empty", 0)
    fields = [field["name"] for field in stats["fields"] if field["kind"] == "text"]
    return (documents, skipped.get("redirect", 0), skipped.get("namespace", 0), source["bad"] > 0), fields


def texts(index, fields):
    """For each document its searched texts, folded: apart, as no phrase goes from one field into the next."""
    everything = [PRESSMARK, "search", index, "NOT zzqxzzqx", "-k", "10000000", "--format", "json", "--fragments", "0", "--quiet"]
    for line in subprocess.run(everything, stdout=subprocess.PIPE, check=True).stdout.splitlines():
        stored = json.loads(line)["fields"]
        yield [folded(stored[field]) for field in fields if isinstance(stored.get(field), str)]


def folded(text):
    """Without case and accents, as far as ASCII words are concerned."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter)).replace("\u2019", "'").replace("\u00ad", "")


# Han, Hiragana and Katakana are words each, so nothing before or behind them is the same word.
WORD = r"[^\W_\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]"
BEFORE, AFTER = rf"(?<!{WORD})(?<!{WORD}')", rf"(?!{WORD})(?!'{WORD})"
THREE = re.compile(rf"{BEFORE}([a-z]{{2,}}) ([a-z]{{2,}}) ([a-z]{{2,}}){AFTER}")


def grep(phrase, documents):
    """(documents, matches) of three words with nothing between them that could belong to a word."""
    between = rf"(?:[\W_])+?"
    pattern = re.compile(rf"(?={BEFORE}{between.join(map(re.escape, phrase))}{AFTER})")
    counts = [sum(1 for text in document if phrase[0] in text for _ in pattern.finditer(text)) for document in documents]
    return sum(1 for count in counts if count), sum(counts)


def compare_phrases(documents, index, wanted, chance):
    candidates = set()
    for _ in range(wanted * 20):
        text = chance.choice(chance.choice(documents) or [""])
        if len(candidates) == wanted:
            break
        found = THREE.search(text, chance.randrange(len(text) + 1))
        if found:
            candidates.add(found.groups())
    wrong = 0
    for phrase in sorted(candidates):
        query = '"' + " ".join(phrase) + '"'
        run = subprocess.run([PRESSMARK, "count", index, "--query", query, "--format", "json"], stdout=subprocess.PIPE)
        answer = json.loads(run.stdout)
        found = answer["documents"], answer["matches"]
        expected = grep(phrase, documents)
        if found != expected:
            wrong += 1
            print(f"  {query}: Pressmark finds {found}, a search of the texts {expected}")
    return len(candidates), wrong


def main():
    names = [name for folder in ["mediawiki", "reuters", "news", "languages"] for name in sorted(
        os.path.join(CORPORA, folder, name) for name in os.listdir(os.path.join(CORPORA, folder)))
        if name.endswith((".bz2", ".xz", ".zst"))]
    failures, sums, chance = 0, collections.Counter(), random.Random(7)
    with tempfile.TemporaryDirectory() as folder:
        for number, path in enumerate(names):
            index = os.path.join(folder, f"{number}.pmk")
            expected, (found, fields) = scanned(path), built(path, index)
            ok = found == expected
            failures += not ok
            line = f"{os.path.basename(path)}: {found[0]} documents, {found[1]} redirects, {found[2]} in other namespaces"
            print(line + (", cut off" if found[3] else "") + ("" if ok else f"; the scan finds {expected}"))
            documents = list(texts(index, fields))
            # What one dump has not (another script, few texts) the next ones make up for.
            share = (PHRASES - sums["phrases"]) // (len(names) - number)
            phrases, wrong = compare_phrases(documents, index, share, chance)
            failures += wrong
            sums["phrases"] += phrases
            sums["wrong"] += wrong
            sums["documents"] += found[0]
    print(f"{len(names)} dumps, {sums['documents']} documents, {sums['phrases']} phrases, {sums['wrong']} of them wrong")
    return 1 if failures else 0


sys.exit(main())
