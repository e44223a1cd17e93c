// Lucene as a runner: builds an index of the prepared corpus, answers the Search Benchmark Game's protocol.
//
// `Runner build CORPUS DIR` writes one segment with positions, ids as doc values, nothing stored. `Runner serve DIR`
// answers each line of standard input with one line. `lucene/get.py` compiles it.

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.analysis.core.WhitespaceAnalyzer;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.FieldType;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexOptions;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LogByteSizeMergePolicy;
import org.apache.lucene.index.NumericDocValues;
import org.apache.lucene.index.SerialMergeScheduler;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.PhraseQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.search.TopScoreDocCollectorManager;
import org.apache.lucene.store.MMapDirectory;
import org.apache.lucene.util.Version;

public final class Runner {
    private static final double WRITER_MEGABYTES = 1000;

    /** The prepared corpus has this before and nothing but `"}` behind each body, and nothing escaped in it. */
    private static final String BODY = "\"body\":\"";

    public static void main(String[] arguments) throws IOException {
        switch (arguments[0]) {
            case "build" -> build(Path.of(arguments[1]), Path.of(arguments[2]));
            case "serve" -> serve(Path.of(arguments[1]));
            case "version" -> System.out.println("Lucene " + Version.LATEST + " on Java " + Runtime.version().feature());
            default -> throw new IllegalArgumentException("expected build, serve or version");
        }
    }

    private static void build(Path corpus, Path folder) throws IOException {
        FieldType type = new FieldType();
        type.setTokenized(true);
        type.setIndexOptions(IndexOptions.DOCS_AND_FREQS_AND_POSITIONS);
        type.freeze();
        LogByteSizeMergePolicy inOrder = new LogByteSizeMergePolicy();
        inOrder.setNoCFSRatio(0);
        IndexWriterConfig config = new IndexWriterConfig(new WhitespaceAnalyzer(1 << 20))
                .setRAMBufferSizeMB(WRITER_MEGABYTES)
                .setMergePolicy(inOrder)
                .setMergeScheduler(new SerialMergeScheduler())
                .setUseCompoundFile(false);
        try (MMapDirectory directory = new MMapDirectory(folder);
                IndexWriter writer = new IndexWriter(directory, config);
                BufferedReader lines = Files.newBufferedReader(corpus)) {
            long number = 0;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                String body = line.substring(line.indexOf(BODY) + BODY.length(), line.length() - 2);
                Document document = new Document();
                document.add(new Field("body", body, type));
                document.add(new NumericDocValuesField("id", number++));
                writer.addDocument(document);
            }
            writer.forceMerge(1);
            writer.commit();
        }
    }

    private static void serve(Path folder) throws IOException {
        DirectoryReader reader = DirectoryReader.open(new MMapDirectory(folder));
        IndexSearcher searcher = new IndexSearcher(reader);
        searcher.setQueryCache(null);
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        PrintStream output = new PrintStream(System.out, false, StandardCharsets.UTF_8);
        for (String line = input.readLine(); line != null; line = input.readLine()) {
            int tab = line.indexOf('\t');
            output.print(answer(searcher, line.substring(0, tab), query(line.substring(tab + 1))));
            output.print('\n');
            output.flush();
        }
    }

    private static String answer(IndexSearcher searcher, String command, Query query) throws IOException {
        if (command.equals("COUNT")) {
            return Integer.toString(searcher.count(query));
        }
        if (command.startsWith("TOPDOCS_")) {
            return hits(searcher, top(searcher, query, number(command, 8), 0));
        }
        if (command.startsWith("TOP_") && command.endsWith("_COUNT")) {
            int limit = number(command.substring(0, command.length() - 6), 4);
            return Long.toString(top(searcher, query, limit, Integer.MAX_VALUE).totalHits.value());
        }
        if (command.startsWith("TOP_")) {
            top(searcher, query, number(command, 4), 0);
            return "1";
        }
        return "UNSUPPORTED";
    }

    private static int number(String command, int start) {
        return Integer.parseInt(command.substring(start));
    }

    /** The best documents; hits beyond `counted` need not be counted, which lets Lucene skip. */
    private static TopDocs top(IndexSearcher searcher, Query query, int limit, int counted) throws IOException {
        return searcher.search(query, new TopScoreDocCollectorManager(limit, null, Math.max(limit, counted)));
    }

    private static String hits(IndexSearcher searcher, TopDocs top) throws IOException {
        StringBuilder out = new StringBuilder();
        for (ScoreDoc hit : top.scoreDocs) {
            NumericDocValues ids = searcher.getIndexReader().leaves().get(0).reader().getNumericDocValues("id");
            ids.advanceExact(hit.doc);
            out.append(out.isEmpty() ? "" : " ").append(ids.longValue()).append(':').append(hit.score);
        }
        return out.toString();
    }

    /** From the game's syntax: `+must`, `-not`, `should`, `"a phrase"`. */
    private static Query query(String text) {
        List<BooleanClause> clauses = new ArrayList<>();
        String rest = text.strip();
        while (!rest.isEmpty()) {
            BooleanClause.Occur occur = switch (rest.charAt(0)) {
                case '+' -> BooleanClause.Occur.MUST;
                case '-' -> BooleanClause.Occur.MUST_NOT;
                default -> BooleanClause.Occur.SHOULD;
            };
            String body = occur == BooleanClause.Occur.SHOULD ? rest : rest.substring(1);
            boolean quoted = body.startsWith("\"");
            int start = quoted ? 1 : 0;
            int end = body.indexOf(quoted ? '"' : ' ', start);
            end = end < 0 ? body.length() : end;
            clauses.add(new BooleanClause(leaf(body.substring(start, end).split(" ")), occur));
            rest = body.substring(Math.min(body.length(), end + 1)).strip();
        }
        if (clauses.size() == 1 && !clauses.get(0).isProhibited()) {
            return clauses.get(0).query();
        }
        BooleanQuery.Builder builder = new BooleanQuery.Builder();
        clauses.forEach(builder::add);
        return builder.build();
    }

    private static Query leaf(String[] words) {
        return words.length == 1 ? new TermQuery(new Term("body", words[0])) : new PhraseQuery("body", words);
    }
}
