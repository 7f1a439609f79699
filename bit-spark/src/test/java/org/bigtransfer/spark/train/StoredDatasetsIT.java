package org.bigtransfer.spark.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.sql.Row;
import org.bigtransfer.architecture.Architecture;
import org.bigtransfer.hyperrule.Profile;
import org.bigtransfer.hyperrule.Resolution;
import org.bigtransfer.metrics.Evaluation;
import org.bigtransfer.preprocess.Preprocessing;
import org.bigtransfer.replica.ReplicaSpec;
import org.bigtransfer.spark.SharedSpark;
import org.bigtransfer.spark.dataset.DatasetDescription;
import org.bigtransfer.spark.dataset.Store;
import org.bigtransfer.spark.dataset.TinyDataset;
import org.bigtransfer.spark.evaluate.EvaluationPlan;
import org.bigtransfer.spark.evaluate.Evaluator;
import org.bigtransfer.spark.evaluate.PredictionTarget;
import org.bigtransfer.spark.input.ImageSource;
import org.bigtransfer.spark.network.Network;
import org.bigtransfer.spark.shard.Limits;
import org.bigtransfer.spark.shard.ShardListener;
import org.bigtransfer.spark.shard.ShardPlan;
import org.bigtransfer.spark.shard.Sharder;
import org.bigtransfer.spark.shard.StoreRule;
import org.bigtransfer.spark.tables.Attempt;
import org.bigtransfer.weights.WeightFile.Head;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Training and evaluation on datasets that hold images in other ways than as they came. */
class StoredDatasetsIT extends Training {
    private static final Resolution SIZES = new Resolution(18, 16);
    private static final Preprocessing PREPROCESSING = new Preprocessing(Profile.PYTORCH, SIZES);

    private static Path images;

    @BeforeAll
    static void drawImages() throws IOException {
        images = folder.resolve("images");
        for (String label : TrainingData.CLASSES) {
            Files.createDirectories(images.resolve(label));
            for (int i = 0; i < 30; i++) {
                Files.write(images.resolve(label + "/" + i + ".png"), TinyDataset.png(i + label.hashCode()));
            }
        }
    }

    private record Sharded(Path folder, DatasetDescription description) {
        int[] rows(String split) throws IOException {
            return description.split(split).groupRows();
        }
    }

    private static Sharded sharded(String name, StoreRule store) throws IOException {
        Path to = folder.resolve(name);
        ShardPlan plan = new ShardPlan(
                ImageSource.at(images.toString()),
                ImageSource.NONE,
                30,
                to.toString(),
                7,
                4000,
                20_000,
                store,
                false,
                Limits.NONE,
                "test");
        return new Sharded(to, Sharder.shard(SharedSpark.session(), plan, new ShardListener() {}));
    }

    private static Runs run(Sharded dataset) {
        return Runs.of(folder.resolve("run" + COUNTER.incrementAndGet()), dataset.folder())
                .engine("dl4j")
                .globalBatch(12)
                .microBatch(4)
                .steps(3)
                .every(3, 3);
    }

    private static List<Row> predictions(Path weights, Sharded dataset, String tables) throws IOException {
        Network network = new Network(
                "dl4j",
                ReplicaSpec.of(Architecture.of("R[1]x1"), 3, 1),
                weights.toString(),
                Head.KEEP,
                PREPROCESSING,
                5);
        String folderOfTables = folder.resolve(tables).toString();
        Evaluation found = Evaluator.evaluate(
                SharedSpark.session(),
                new EvaluationPlan(dataset.folder().toString(), DatasetDescription.VALIDATION, network, 2),
                new PredictionTarget(folderOfTables, Attempt.of("evaluation"), "model", 3));
        assertThat(found.examples()).isEqualTo(27);
        return SharedSpark.session()
                .read()
                .parquet(folderOfTables + "/predictions")
                .drop("attempt")
                .orderBy("image_id")
                .collectAsList();
    }

    @Test
    void trainingAndEvaluationOnResizedImagesHaveTheBitsOfTheOriginals() throws Exception {
        Sharded originals = sharded("originals", StoreRule.ENCODED);
        Sharded resized = sharded("resized", area -> Store.Precrop.of(PREPROCESSING));
        assertThat(resized.description().store()).isEqualTo(new Store.Precrop("pytorch", 18, 16));
        assertThat(resized.description().contentHash())
                .isNotEqualTo(originals.description().contentHash());
        for (String split : List.of(DatasetDescription.TRAIN, DatasetDescription.VALIDATION)) {
            assertThat(resized.rows(split)).isEqualTo(originals.rows(split));
        }
        assertThat(originals.rows(DatasetDescription.TRAIN)).hasSizeGreaterThan(4);

        Heard ofOriginals = new Heard();
        Heard ofResized = new Heard();
        Runs one = run(originals);
        Runs other = run(resized).replicas(2);
        TrainResult onOriginals = train(one, ofOriginals);
        TrainResult onResized = train(other, ofResized);
        assertSameBits(one, other, 3);
        assertThat(onResized.records())
                .extracting(StepRecord::loss)
                .isEqualTo(onOriginals.records().stream().map(StepRecord::loss).toList());
        Evaluation expected = ofOriginals.evaluations.get(0);
        assertThat(ofResized.evaluations).singleElement().satisfies(evaluation -> {
            assertThat(evaluation.loss()).isEqualTo(expected.loss());
            assertThat(evaluation.top1()).isEqualTo(expected.top1());
        });
        Path weights = one.file(3, "model.npz");
        assertThat(predictions(weights, resized, "tables-resized"))
                .isEqualTo(predictions(weights, originals, "tables-originals"));

        assertThatThrownBy(() -> train(Runs.of(one.run(), resized.folder()), new Heard()))
                .isInstanceOf(PlanRefusedException.class)
                .hasMessageContaining("dataset hash was %s, is %s"
                        .formatted(
                                originals.description().contentHash(),
                                resized.description().contentHash()));
    }

    @Test
    void refusesOtherProfilesAndSizesThanImagesWereResizedFor() throws Exception {
        Sharded resized = sharded("refusing", area -> Store.Precrop.of(PREPROCESSING));
        Runs run = run(resized);
        assertThatThrownBy(() -> train(run.resolution(20, 16), new Heard()))
                .isInstanceOf(PlanRefusedException.class)
                .hasMessage("training must take split train as the dataset holds it, resized to 18 pixels by profile"
                        + " pytorch (store precrop): it takes 20 pixels by profile pytorch");
        assertThatThrownBy(() -> train(run.resolution(18, 14), new Heard()))
                .isInstanceOf(PlanRefusedException.class)
                .hasMessage("evaluation must take split validation as the dataset holds it, resized to 16 pixels by"
                        + " profile pytorch (store precrop): it takes 14 pixels by profile pytorch");
        assertThatThrownBy(() -> train(run.profile(Profile.TF2), new Heard()))
                .isInstanceOf(PlanRefusedException.class)
                .hasMessageContaining("it takes 18 pixels by profile tf2");
        assertThatThrownBy(() -> Trainer.check(
                        SharedSpark.session().sparkContext().hadoopConfiguration(),
                        run.resolution(20, 16).plan()))
                .isInstanceOf(PlanRefusedException.class);
        assertThatThrownBy(() -> Store.Precrop.of(new Preprocessing(Profile.PAPER, SIZES)))
                .hasMessage("profile of resized images must be one that resizes to bytes: paper");
    }

    @Test
    void trainsOnImagesEncodedAnew() throws Exception {
        Sharded smaller = sharded("smaller", area -> new Store.Jpeg(90, 10));
        assertThat(smaller.description().store().isLossy()).isTrue();
        assertThat(smaller.description().medianWidth()).isEqualTo(12);
        assertThat(train(run(smaller), new Heard()).records()).hasSize(3);
    }
}
