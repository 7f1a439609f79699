package org.bigtransfer.jobs.inspect;

import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.bigtransfer.jobs.inspect.Inspection.Entry;
import org.bigtransfer.jobs.inspect.Inspection.Mixing;
import org.bigtransfer.jobs.inspect.Inspection.Rejects;
import org.bigtransfer.jobs.inspect.Inspection.Sizes;
import org.bigtransfer.order.ShuffleQuality;
import org.bigtransfer.spark.dataset.DatasetDescription;
import org.bigtransfer.spark.dataset.DatasetDescription.DataFile;
import org.bigtransfer.spark.dataset.DatasetDescription.Split;

/** Says what was found, for people and on a last line for scripts. */
public record InspectionText(Inspection found) {
    /** Prints all but the line for scripts. */
    public void print(PrintStream out) {
        DatasetDescription description = found.description();
        line(out, "dataset", "%s, content hash %s", found.dataset(), description.contentHash());
        line(out, "store", "%s%s", description.store(), description.store().isLossy() ? "; lossy" : "");
        description.splits().forEach((name, split) -> split(out, name, split));
        found.rejects().forEach(rejects -> rejects(out, rejects));
        found.mixing().ifPresent(mixing -> mixing(out, mixing));
        found.entry().ifPresent(entry -> entry(out, entry));
    }

    private static void line(PrintStream out, String name, String text, Object... values) {
        out.println(String.format(Locale.ROOT, "%-11s", name) + String.format(Locale.ROOT, text, values));
    }

    private void split(PrintStream out, String name, Split split) {
        long bytes = split.files().stream().mapToLong(DataFile::bytes).sum();
        line(
                out,
                name,
                "%,d images, %,d row groups, %,d files, %.1f MB",
                split.examples(),
                split.groupRows().length,
                split.files().size(),
                bytes / 1e6);
        if (split.examples() == 0) {
            return;
        }
        List<Long> counts = split.classExamples();
        List<Integer> labels = IntStream.range(0, counts.size())
                .boxed()
                .sorted((a, b) -> Long.compare(counts.get(a), counts.get(b)))
                .toList();
        double entropy = ShuffleQuality.entropy(
                counts.stream().mapToLong(Long::longValue).toArray());
        line(
                out,
                "",
                "a class has %s ← %,d → %s; entropy %.3f of at most %.3f bits",
                named(labels.get(0), counts),
                counts.get(labels.get((labels.size() - 1) / 2)),
                named(labels.get(labels.size() - 1), counts),
                entropy,
                Math.log(counts.size()) / Math.log(2));
        Sizes sizes = found.sizes().get(name);
        line(
                out,
                "",
                "%d ← %d → %d pixels wide, %d ← %d → %d high",
                sizes.width().least(),
                sizes.width().median(),
                sizes.width().most(),
                sizes.height().least(),
                sizes.height().median(),
                sizes.height().most());
    }

    private String named(int label, List<Long> counts) {
        return String.format(
                Locale.ROOT,
                "%,d (%s)",
                counts.get(label),
                found.description().classes().get(label));
    }

    private static void rejects(PrintStream out, Rejects rejects) {
        line(out, "rejected", "%,d: %s (%s)", rejects.count(), rejects.reason(), rejects.example());
    }

    private static void mixing(PrintStream out, Mixing mixing) {
        line(
                out,
                "shuffle",
                "%,d batches of %d: class entropy %s bits, %s of %,d folders a batch",
                mixing.ours().batches(),
                mixing.globalBatch(),
                spread("%.3f", mixing.ours().entropy()),
                spread("%.1f", mixing.ours().folders()),
                mixing.folders());
        line(
                out,
                "",
                "a perfect shuffle: class entropy %s bits, %s folders a batch",
                spread("%.3f", mixing.perfect().entropy()),
                spread("%.1f", mixing.perfect().folders()));
    }

    private static String spread(String number, ShuffleQuality.Spread spread) {
        return String.format(
                Locale.ROOT, number + " ← " + number + " → " + number, spread.least(), spread.mean(), spread.most());
    }

    private void entry(PrintStream out, Entry entry) {
        line(
                out,
                "step " + entry.step(),
                "entered directly: first micro-batch after %.2f s, all %,d images after %.2f s; %,d of %,d row groups read",
                entry.firstSeconds(),
                entry.images(),
                entry.seconds(),
                entry.rowGroups(),
                found.description().splits().get(DatasetDescription.TRAIN).groupRows().length);
    }

    /** The line for scripts. */
    public String lastLine() {
        return String.format(
                Locale.ROOT,
                "inspection train=%d validation=%d classes=%d rejects=%d",
                found.examples(DatasetDescription.TRAIN),
                found.examples(DatasetDescription.VALIDATION),
                found.description().classes().size(),
                found.rejected());
    }
}
