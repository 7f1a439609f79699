package org.bigtransfer.spark;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The arrows of the design, within bit-spark. */
@AnalyzeClasses(packages = "org.bigtransfer.spark", importOptions = DoNotIncludeTests.class)
class ModuleRulesTest {
    @ArchTest
    static final ArchRule readsNoHocon =
            noClasses().should().dependOnClassesThat().resideInAPackage("com.typesafe..");

    @ArchTest
    static final ArchRule seesReplicasAndNoEngine = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.bigtransfer.dl4j..", "org.nd4j..", "org.bytedeco.dnnl..");

    @ArchTest
    static final ArchRule livesBelowSpark =
            classes().that().resideInAPackage("org.bigtransfer..").should().resideInAPackage("org.bigtransfer.spark..");

    @ArchTest
    static final ArchRule packagesHaveNoCycles =
            slices().matching("org.bigtransfer.spark.(*)..").should().beFreeOfCycles();
}
