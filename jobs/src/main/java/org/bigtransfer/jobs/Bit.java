package org.bigtransfer.jobs;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IHelpSectionRenderer;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.UsageMessageSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command line: {@code bit <job> …}, and the class that {@code spark-submit} runs. */
@Command(
        name = "bit",
        description = "Big Transfer on Spark: fine-tunes BiT image models where your data lives.",
        mixinStandardHelpOptions = true,
        versionProvider = Bit.Version.class,
        synopsisSubcommandLabel = "JOB",
        subcommands = {
            ShardJob.class,
            InspectJob.class,
            TrainJob.class,
            PlanJob.class,
            DoctorJob.class,
            EvaluateJob.class,
            PublishJob.class,
            PredictJob.class,
            FeaturesJob.class,
            ProbeJob.class,
            SqlJob.class,
            ExportJob.class,
            QuickstartJob.class,
            BenchJob.class,
            CompletionJob.class,
        },
        footer = {
            "",
            "Examples:",
            "  ./bit quickstart",
            "  ./bit shard -D shard.train=flowers/train -D shard.validation-percent=15 -D dataset=data/flowers",
            "  ./bit inspect data/flowers",
            "  ./bit train -D dataset=data/flowers -D model.weights=BiT-M-R50x1 -D run-id=flowers",
            "  ./bit evaluate -D dataset=data/flowers -D run=runs/flowers",
            "  ./bit publish -D run=runs/flowers -D publish.pointer=published/flowers.json",
            "  ./bit predict -D run=runs/flowers photos/*.jpg",
            "  ./bit sql \"SELECT run_id, split, top1 FROM evaluations\"",
            "",
            "Settings: reference.conf in this jar (every key, with its meaning) < -c FILE… < -D key=value….",
            "bit JOB --help has examples of each job; source <(./bit completion) completes them in bash and zsh.",
        })
public final class Bit implements Runnable {
    private static final int JAVA = 17;

    @Spec
    private CommandSpec spec;

    /** Prints what this jar was built from. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"bit " + Build.version() + " (" + Build.commit() + ")"};
        }
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a job must be named");
    }

    /** Runs a job and ends the JVM with its exit code. */
    public static void main(String[] args) {
        int code = refusesJava(Runtime.version().feature(), System.err)
                ? ExitCode.FAILED.code()
                : execute(Console.system(), args);
        // In cluster mode, an application master takes a call of exit for a crash, so a good end is a return.
        if (code != 0 || !"cluster".equals(System.getProperty("spark.submit.deployMode"))) {
            System.exit(code);
        }
    }

    static boolean refusesJava(int feature, java.io.PrintStream err) {
        if (feature == JAVA) {
            return false;
        }
        err.printf(
                "bit: Java must be %d, which Spark 3.5 and ND4J agree on: this is Java %s at %s%n",
                JAVA, System.getProperty("java.version"), System.getProperty("java.home"));
        return true;
    }

    /** Runs a job in this JVM. @return its exit code */
    static int execute(Console console, String... args) {
        CommandLine line = new CommandLine(new Bit());
        line.setOut(new PrintWriter(console.out(), true, StandardCharsets.UTF_8));
        line.setErr(new PrintWriter(console.err(), true, StandardCharsets.UTF_8));
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setUsageHelpAutoWidth(true);
        Map<String, IHelpSectionRenderer> help = line.getHelpSectionMap();
        help.put(UsageMessageSpec.SECTION_KEY_FOOTER, new Examples());
        line.setHelpSectionMap(help);
        jobs(line, console);
        return line.execute(args);
    }

    private static void jobs(CommandLine line, Console console) {
        for (CommandLine sub : line.getSubcommands().values()) {
            if (sub.getCommand() instanceof JobCommand job) {
                job.speakTo(console);
            }
            jobs(sub, console);
        }
    }
}
