package org.bigtransfer;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The arrows of the design, within bit-model. */
@AnalyzeClasses(packages = "org.bigtransfer", importOptions = DoNotIncludeTests.class)
class ModuleRulesTest {
    @ArchTest
    static final ArchRule knowsNoSparkHadoopOrHocon = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.apache.spark..", "org.apache.hadoop..", "org.apache.parquet..", "com.typesafe..");

    @ArchTest
    static final ArchRule onlyTheEngineKnowsDl4j = noClasses()
            .that()
            .resideOutsideOfPackage("org.bigtransfer.dl4j..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.deeplearning4j..", "org.nd4j..", "org.bytedeco.dnnl..");

    /** So that asking for the engine is answered, not broken, where LibTorch is not part of the build. */
    @ArchTest
    static final ArchRule nothingNeedsLibTorchBeforeItsEngineOpens = noClasses()
            .that()
            .resideOutsideOfPackage("org.bigtransfer.torch..")
            .or()
            .haveSimpleName("TorchEngine")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.bytedeco.pytorch..");

    @ArchTest
    static final ArchRule packagesHaveNoCycles =
            slices().matching("org.bigtransfer.(*)..").should().beFreeOfCycles();
}
