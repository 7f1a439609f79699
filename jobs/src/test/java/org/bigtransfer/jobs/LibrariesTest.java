package org.bigtransfer.jobs;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** What {@code docs/vulnerabilities.md} says of what our classes, of all modules, refer to. */
@AnalyzeClasses(packages = "org.bigtransfer", importOptions = DoNotIncludeTests.class)
class LibrariesTest {
    @ArchTest
    static final ArchRule refersToNothingThatIsKnownToBeVulnerable = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "com.google.gson..",
                    "org.apache.commons.net..",
                    "org.jline..",
                    "org.nd4j.shade.codehaus..",
                    "org.nd4j.shade.errorprone..",
                    "org.nd4j.shade.guava..",
                    "org.nd4j.shade.j2objc..",
                    "org.nd4j.shade.jackson.core..",
                    "org.nd4j.shade.jackson.databind..",
                    "org.nd4j.shade.jackson.dataformat..",
                    "org.nd4j.shade.jackson.datatype..",
                    "org.nd4j.shade.protobuf..",
                    "org.nd4j.shade.wstx..",
                    "org.nd4j.shade.yaml..",
                    "org.threeten..",
                    "oshi..");
}
