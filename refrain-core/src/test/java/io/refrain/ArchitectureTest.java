package io.refrain;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.Architectures.LayeredArchitecture;

/** The package directions of docs/architecture.md. */
@AnalyzeClasses(packages = "io.refrain", importOptions = ImportOption.DoNotIncludeTests.class)
final class ArchitectureTest {
  @ArchTest
  static final ArchRule PACKAGES_DEPEND_DOWNWARDS =
      layers("kernel", "tensor", "nn", "loss", "optim", "model", "train", "generate", "evaluate")
          .whereLayer("train")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("generate")
          .mayOnlyBeAccessedByLayers("train")
          .whereLayer("evaluate")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("model")
          .mayOnlyBeAccessedByLayers("train", "generate", "evaluate")
          .whereLayer("loss")
          .mayOnlyBeAccessedByLayers("model", "train")
          .whereLayer("optim")
          .mayOnlyBeAccessedByLayers("model", "train")
          .whereLayer("nn")
          .mayOnlyBeAccessedByLayers("loss", "optim", "model", "train", "generate", "evaluate")
          .whereLayer("tensor")
          .mayOnlyBeAccessedByLayers(
              "nn", "loss", "optim", "model", "train", "generate", "evaluate");

  @ArchTest
  static final ArchRule TEXT_DATA_AND_STORE_KNOW_NO_NETWORK =
      noClasses()
          .that()
          .resideInAnyPackage(
              "io.refrain.text..", "io.refrain.data..", "io.refrain.store..", "io.refrain.ngram..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "io.refrain.tensor..",
              "io.refrain.nn..",
              "io.refrain.loss..",
              "io.refrain.optim..",
              "io.refrain.model..",
              "io.refrain.train..",
              "io.refrain.generate..",
              "io.refrain.evaluate..");

  @ArchTest
  static final ArchRule TEXT_STANDS_ALONE =
      noClasses()
          .that()
          .resideInAPackage("io.refrain.text..")
          .should()
          .dependOnClassesThat(
              JavaClass.Predicates.resideInAPackage("io.refrain..")
                  .and(JavaClass.Predicates.resideOutsideOfPackage("io.refrain.text..")));

  @ArchTest
  static final ArchRule ONLY_THE_SIMD_KERNELS_USE_THE_VECTOR_API =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.refrain.kernel.simd..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("jdk.incubator..");

  @ArchTest
  static final ArchRule PACKAGES_FORM_NO_CYCLE =
      slices().matching("io.refrain.(*)..").should().beFreeOfCycles();

  private static LayeredArchitecture layers(String... names) {
    LayeredArchitecture layers = layeredArchitecture().consideringOnlyDependenciesInLayers();
    for (String name : names) {
      layers = layers.layer(name).definedBy("io.refrain." + name + "..");
    }
    return layers;
  }
}
