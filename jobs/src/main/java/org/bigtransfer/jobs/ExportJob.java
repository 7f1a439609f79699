package org.bigtransfer.jobs;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Locale;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.deploy.SparkHadoopUtil;
import org.bigtransfer.architecture.ParameterLayout;
import org.bigtransfer.jobs.settings.ExportSettings;
import org.bigtransfer.jobs.settings.Job;
import org.bigtransfer.jobs.settings.Settings;
import org.bigtransfer.replica.Engine;
import org.bigtransfer.replica.NativeVector;
import org.bigtransfer.replica.Optimizer;
import org.bigtransfer.replica.Precision;
import org.bigtransfer.replica.Replica;
import org.bigtransfer.replica.ReplicaSpec;
import org.bigtransfer.spark.storage.PublishedFile;
import org.bigtransfer.weights.WeightFile;
import org.bigtransfer.weights.WeightFormat;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;

/** Writes a network for other programs. */
@Command(
        name = "export",
        description =
                "Writes a run's newest checkpoint (with early stopping its best), or model.weights, as a file for other programs: npz as"
                        + " big_transfer reads it, safetensors as timm does, or a Deeplearning4j zip. The last line on standard"
                        + " output is: export file=… format=… architecture=… classes=… bytes=…",
        footer = {
            "",
            "Examples:",
            "  ./bit export -D run=runs/flowers -D export.format=safetensors -D export.file=flowers.safetensors",
            "  ./bit export -D model.weights=BiT-M-R50x1-ILSVRC2012 -D export.format=dl4j -D export.file=bit.zip",
        })
final class ExportJob extends JobCommand {
    private static final Logger LOG = LoggerFactory.getLogger(ExportJob.class);
    private static final int BUFFER = 1 << 20;

    ExportJob() {
        super(Job.EXPORT, "");
    }

    @Override
    ExitCode run(JobRun run) throws IOException {
        Settings settings = run.start();
        ExportSettings export = settings.export();
        Configuration conf = SparkHadoopUtil.get().conf();

        KeptModel model = KeptModel.of(run, conf);
        LOG.info(
                "exporting {}, {} with {} classes, to {}",
                model.title(),
                model.architecture(),
                model.classes(),
                export.file());
        Path file = new Path(export.file());
        PublishedFile.write(conf, file, stream -> {
            OutputStream out = new BufferedOutputStream(stream, BUFFER);
            switch (export.format()) {
                case NPZ -> write(model, WeightFormat.NPZ, out);
                case SAFETENSORS -> write(model, WeightFormat.SAFETENSORS, out);
                case DL4J -> writeNetwork(model, settings.train().threads(), out);
            }
            out.flush();
        });

        run.console()
                .out()
                .printf(
                        Locale.ROOT,
                        "export file=%s format=%s architecture=%s classes=%d bytes=%d%n",
                        export.file(),
                        export.format().toString().toLowerCase(Locale.ROOT),
                        model.architecture(),
                        model.classes(),
                        file.getFileSystem(conf).getFileStatus(file).getLen());
        return ExitCode.DONE;
    }

    private static void write(KeptModel model, WeightFormat format, OutputStream out) throws IOException {
        ParameterLayout layout = ParameterLayout.of(model.architecture(), model.classes());
        try (NativeVector vector = NativeVector.zeros(layout.length())) {
            model.reading().into(layout, vector);
            WeightFile.write(out, format, layout, vector);
        }
    }

    private static void writeNetwork(KeptModel model, int threads, OutputStream out) throws IOException {
        ReplicaSpec spec = new ReplicaSpec(
                model.architecture(),
                model.classes(),
                model.epsilon(),
                model.loss(),
                Optimizer.BIT,
                threads,
                Precision.FLOAT32);
        try (Replica replica = Engine.named("dl4j").open(spec)) {
            model.reading().into(replica.layout(), replica.parameters());
            replica.save(out);
        }
    }
}
