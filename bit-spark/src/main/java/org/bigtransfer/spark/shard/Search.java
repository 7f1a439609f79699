package org.bigtransfer.spark.shard;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.spark.api.java.JavaPairRDD;
import org.bigtransfer.spark.dataset.DatasetDescription;
import org.bigtransfer.spark.dataset.DatasetException;
import org.bigtransfer.spark.dataset.Store;
import org.bigtransfer.spark.input.ImageSource;
import org.bigtransfer.spark.shard.Limits.Damage;

/**
 * Finds what the images amount to, before any is written.
 *
 * @param sources by the split that they are for
 */
record Search(ShardPlan plan, Map<String, ImageSource> sources, ClassOrder order) {
    private static final int CLASSES_IN_A_MESSAGE = 20;

    /** @param known what was read, without bytes, in parts @throws DatasetException when it makes no dataset */
    Findings findings(JavaPairRDD<Place, CheckedFile> known, String origin) throws DatasetException {
        Survey survey =
                known.mapPartitions(part -> List.of(Survey.of(part)).iterator()).treeReduce(Survey::merge);
        refuseUnusable(survey);
        Division division =
                plan.validationPercent() > 0 ? Division.percent(known, plan.validationPercent()) : Division.asGiven();
        Census census = known.mapPartitionsWithIndex(
                        (number, part) ->
                                List.of(Census.of(number, part, division)).iterator(),
                        true)
                .treeReduce(Census::merge);
        List<String> classes = order.classes(sources.keySet(), survey);
        Set<String> splits = new TreeSet<>(sources.keySet());
        if (plan.validationPercent() > 0) {
            splits.add(DatasetDescription.VALIDATION);
        }
        Map<String, List<Long>> examples = new TreeMap<>();
        List<String> warnings = new ArrayList<>();
        for (String split : splits) {
            examples.put(
                    split,
                    classes.stream().map(name -> census.examples(split, name)).toList());
            if (sources.containsKey(split) && !survey.losses(split).isEmpty()) {
                warnings.add("files of %s are lost that nobody can count: %s"
                        .formatted(sources.get(split).location(), survey.losses(split)));
            }
            warning(split, classes, survey, census, sources.keySet()).ifPresent(warnings::add);
        }
        Map<String, Long> rejected = new TreeMap<>();
        sources.keySet().forEach(source -> rejected.put(source, survey.rejected(source)));
        Store store = plan.store().of((long) census.medianWidth() * census.medianHeight());
        return new Findings(
                origin,
                census.contentHash(classes, store),
                classes,
                examples,
                census.medianWidth(),
                census.medianHeight(),
                rejected,
                division,
                census.parts(),
                warnings,
                store);
    }

    private void refuseUnusable(Survey survey) throws DatasetException {
        List<String> problems = new ArrayList<>();
        sources.forEach((source, images) -> {
            String location = images.location();
            List<String> empty = survey.emptyFolders(source);
            if (!empty.isEmpty()) {
                problems.add("class folders of %s must have files: %s".formatted(location, empty));
            }
            if (survey.accepted(source) == 0) {
                problems.add("%s must have images: %d files were rejected %s"
                        .formatted(location, survey.rejected(source), survey.rejects(source)));
            }
            refuseLosses(source, location, survey, problems);
            List<String> strangers = order.strangers(source, survey);
            if (!strangers.isEmpty()) {
                problems.add("classes of %s must be among those of the training images, or of shard.classes: %s"
                        .formatted(location, few(strangers)));
            }
        });
        if (!problems.isEmpty()) {
            throw new DatasetException(String.join("; ", problems));
        }
    }

    private void refuseLosses(String source, String location, Survey survey, List<String> problems) {
        long rejected = survey.rejected(source);
        long files = survey.accepted(source) + rejected;
        if (rejected > plan.limits().rejects() * files && survey.accepted(source) > 0) {
            problems.add("%s must have at most %s of its files rejected (shard.max-rejects): %d of %d %s"
                    .formatted(location, plan.limits().rejects(), rejected, files, survey.rejects(source)));
        }
        if (!survey.losses(source).isEmpty() && plan.limits().damage() == Damage.REFUSE) {
            problems.add("%s must be whole, or shard.damaged be accept: files are lost that nobody can count %s"
                    .formatted(location, survey.losses(source)));
        }
    }

    private static Optional<String> warning(
            String split, List<String> classes, Survey survey, Census census, Set<String> sources) {
        List<String> without = new ArrayList<>();
        for (String name : classes) {
            if (census.examples(split, name) == 0) {
                long images = 0;
                long rejects = 0;
                for (String source : sources) {
                    Survey.Counts counts = survey.classes(source).getOrDefault(name, new Survey.Counts(0, 0));
                    images += counts.accepted();
                    rejects += counts.rejected();
                }
                without.add("%s (%d images in other splits, %d files rejected)".formatted(name, images, rejects));
            }
        }
        return without.isEmpty()
                ? Optional.empty()
                : Optional.of("%d of %d classes have no image in split %s: %s"
                        .formatted(without.size(), classes.size(), split, few(without)));
    }

    private static String few(List<String> names) {
        List<String> shown = names.subList(0, Math.min(CLASSES_IN_A_MESSAGE, names.size()));
        return String.join(", ", shown) + (shown.size() < names.size() ? ", …" : "");
    }
}
