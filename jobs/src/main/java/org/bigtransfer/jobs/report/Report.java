package org.bigtransfer.jobs.report;

import java.util.List;
import java.util.Optional;
import org.bigtransfer.spark.train.StepRecord;

/**
 * What a page shows.
 *
 * @param title the run's name
 * @param facts about the run, in the order to show
 * @param steps logged steps in order
 * @param validations evaluations during training, in order
 * @param evaluation the newest evaluation with predictions, if there is one
 */
record Report(
        String title,
        List<Fact> facts,
        List<StepRecord> steps,
        List<Validation> validations,
        Optional<Detail> evaluation) {
    Report {
        facts = List.copyOf(facts);
        steps = List.copyOf(steps);
        validations = List.copyOf(validations);
    }

    /** A name and a value, as they are shown. */
    record Fact(String name, String value) {}

    /** The validation split after {@code step} updates; accuracies are fractions from 0 to 1. */
    record Validation(long step, double loss, double top1, double top5) {}

    /**
     * An evaluation by class and by example.
     *
     * @param classes all of them, by label
     * @param confusions how often each class was taken for each, those that occurred
     * @param samples predictions to show with their images
     */
    record Detail(
            String split,
            long step,
            long examples,
            double loss,
            double top1,
            double top5,
            List<ClassResult> classes,
            List<Confusion> confusions,
            List<Sample> samples) {
        Detail {
            classes = List.copyOf(classes);
            confusions = List.copyOf(confusions);
            samples = List.copyOf(samples);
        }
    }

    /** One class; accuracies are NaN without examples. */
    record ClassResult(String name, long examples, double top1, double top5) {}

    /** How many examples of class {@code label} were predicted to be {@code predicted}. */
    record Confusion(int label, int predicted, long count) {}

    /**
     * One example.
     *
     * @param label the true class's name
     * @param predicted the predicted class's name
     * @param probability of the predicted class, from 0 to 1
     * @param image to show, as a data URI
     */
    record Sample(String imageId, String label, String predicted, double probability, String image) {
        boolean right() {
            return label.equals(predicted);
        }
    }
}
