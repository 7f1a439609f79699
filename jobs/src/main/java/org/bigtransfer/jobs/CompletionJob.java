package org.bigtransfer.jobs;

import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Prints what makes a shell complete jobs, options and settings. */
@Command(
        name = "completion",
        description = "Prints a script by which bash and zsh complete jobs, options and the keys of settings.",
        footer = {"", "Example:", "  source <(./bit completion)"})
final class CompletionJob implements Callable<Integer> {
    /** A key is followed by its value, without a space. */
    private static final String WITHOUT_SPACE =
            """

            function _complete_bit_settings() {
              _complete_bit "$@"
              [[ "${COMPREPLY-}" != *= ]] || compopt -o nospace 2>/dev/null || true
            }
            complete -F _complete_bit_settings -o default bit
            """;

    @Spec
    private CommandSpec spec;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Print this help.")
    private boolean help;

    @Override
    public Integer call() {
        spec.commandLine().getOut().print(AutoComplete.bash("bit", spec.root().commandLine()) + WITHOUT_SPACE);
        spec.commandLine().getOut().flush();
        return ExitCode.DONE.code();
    }
}
