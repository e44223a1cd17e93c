#!/usr/bin/env python3
"""Gets Lucene with a Java runtime for `--engines ...,lucene`, and compiles Runner.java.

    python3 lucene/get.py            needs pip, and any javac from 17 on

The PyPI wheel of ArcadeDB holds Lucene 10.5.2's jars and a Java 25 runtime with the vector module. They go to
peers/lucene. Lucene's class files are of Java 21; for an older javac, copies of them are marked as Java 17's, which it
can read as well, and used for compiling only: what runs is as it came.
"""

import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile

WHEEL = "arcadedb-embedded==26.10.2.post1"
HERE = pathlib.Path(__file__).resolve().parent
TARGET = HERE.parent / "peers/lucene"
NEEDED = re.compile(r"arcadedb_embedded/(jre/.*|jars/lucene-(core|analysis-common)-.*\.jar)")
JAVA_17 = 61


def unpack(wheel):
    with zipfile.ZipFile(wheel) as archive:
        for entry in archive.infolist():
            match = NEEDED.fullmatch(entry.filename)
            if match and not entry.is_dir():
                path = TARGET / match[1]
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(archive.read(entry))
    for program in (TARGET / "jre/bin").iterdir():
        program.chmod(0o755)
    helper = TARGET / "jre/lib/jspawnhelper"
    if helper.exists():
        helper.chmod(0o755)


def marked_older(jar, folder):
    """A copy of a jar whose classes say that they are of Java 17 (bytes 6 and 7 of a class file)."""
    copy = folder / jar.name
    with zipfile.ZipFile(jar) as source, zipfile.ZipFile(copy, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            if name.endswith(".class") and not name.startswith("META-INF/versions"):
                data = data[:6] + min(int.from_bytes(data[6:8], "big"), JAVA_17).to_bytes(2, "big") + data[8:]
            target.writestr(name, data)
    return copy


def main():
    if shutil.which("javac") is None:
        sys.exit("no javac: install a JDK (Debian: apt-get install openjdk-17-jdk-headless)")
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        download = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", name, WHEEL]
        subprocess.run(download, check=True)
        unpack(next(folder.glob("*.whl")))
        jars = [marked_older(jar, folder) for jar in (TARGET / "jars").iterdir()]
        path = ":".join(str(jar) for jar in jars)
        classes = ["javac", "--release", "17", "-cp", path, "-d", TARGET / "classes", HERE / "Runner.java"]
        subprocess.run(classes, check=True)
    print(f"Lucene is in {TARGET}")


if __name__ == "__main__":
    main()
