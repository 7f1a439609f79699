package org.bigtransfer.jobs;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The arrows of the design, within jobs. */
@AnalyzeClasses(packages = "org.bigtransfer.jobs", importOptions = DoNotIncludeTests.class)
class ModuleRulesTest {
    @ArchTest
    static final ArchRule onlySettingsReadHocon = noClasses()
            .that()
            .resideOutsideOfPackage("org.bigtransfer.jobs.settings..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("com.typesafe..")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule onlyTheServersOfTrackingKnowMlflow = noClasses()
            .that()
            .haveNameNotMatching("org[.]bigtransfer[.]jobs[.]tracking[.]Mlflow(Server|Artifacts)")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.mlflow..", "org.mlflow_project..");

    @ArchTest
    static final ArchRule leavesEnginesToTheirSeam = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.bigtransfer.dl4j..", "org.nd4j..", "org.deeplearning4j..")
            .allowEmptyShould(true);
}
