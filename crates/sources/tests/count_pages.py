#!/usr/bin/env python3
"""Counts the pages of MediaWiki dumps without the reader: by splitting the text at its tags.

Comes in: .xml, .xml.bz2 or .xml.xz files as arguments. Goes out: a line for each with the pages that end, those in
namespace 0 that are no redirects, redirects, other namespaces, and whether the dump is cut off. The reader must say the same:
    cargo run --profile quick -p sources --example read FILE...
"""
import bz2, lzma, re, sys

REDIRECT = re.compile(r"<text[^>]*>\s*#(redirect|перенаправление|перенаправлення|пренасочване|виж|転送|リダイレクト|weiterleitung|重定向|تحويل)\b[^\n]*\[\[", re.I)

for path in sys.argv[1:]:
    raw = open(path, "rb").read()
    if raw[:3] == b"BZh":
        raw = bz2.decompress(raw)
    elif raw[:6] == b"\xfd7zXZ\0":
        decoder = lzma.LZMADecompressor()
        raw = decoder.decompress(raw)
    text = raw.decode("utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8", "replace")
    pages = text.split("<page>")[1:]
    whole = [page.split("</page>")[0] for page in pages if "</page>" in page]
    other = [page for page in whole if re.search(r"<ns>(-?\d+)</ns>", page) and "<ns>0</ns>" not in page]
    main = [page for page in whole if page not in other]
    redirects = [page for page in main if "<redirect" in page.split("<text")[0] or REDIRECT.search(page)]
    cut = len(pages) - len(whole) or "</mediawiki>" not in text
    print(f"{path.rsplit('/', 1)[-1]}: {len(whole)} pages, {len(main) - len(redirects)} articles, "
          f"{len(redirects)} redirects, {len(other)} in other namespaces{', cut off' if cut else ''}")
