package io.refrain.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;

import io.refrain.kernel.ThreadTeam;
import io.refrain.model.CellKind;
import io.refrain.model.ModelWeights;
import io.refrain.model.WeightsMismatchException;
import io.refrain.optim.RmsProp;
import io.refrain.optim.Schedule;
import io.refrain.store.Json;
import io.refrain.store.JsonObject;
import io.refrain.store.NamedTensor;
import io.refrain.store.Safetensors;
import io.refrain.store.SafetensorsException;
import io.refrain.store.SafetensorsFile;
import io.refrain.text.MalformedTokenizerException;
import io.refrain.text.Tokenizer;
import io.refrain.text.VerbatimTokenizer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every defect of a run's files is one line that names the file and what is wrong in it. */
class RunDirectoryTest {
  @TempDir Path folder;
  private RunDirectory directory;

  @BeforeEach
  void aRun() throws IOException {
    directory = new RunDirectory(folder.resolve("run"));
    TrainingRun.create(
            directory,
            SmallTraining.sgd().run(),
            SmallTraining.TOKENIZER,
            SmallTraining.split(SmallTraining.sgd().run()),
            ThreadTeam.single())
        .close();
  }

  private void editConfig(String from, String to) throws IOException {
    String json = Files.readString(directory.configFile()).replace("\" : ", "\": ");
    assertThat(json).contains(from);
    Files.writeString(directory.configFile(), json.replace(from, to));
  }

  @Test
  void aConfigurationComesBackAsItWas() throws IOException {
    for (SmallTraining training :
        List.of(
            SmallTraining.sgd().withMinutes(1.5).withEpochs(Integer.MAX_VALUE),
            SmallTraining.adam()
                .withRate(1e-3, Double.POSITIVE_INFINITY)
                .withPartition(Partition.RANDOM),
            SmallTraining.adam().withCell(CellKind.LSTM).regularized(),
            SmallTraining.sgd()
                .withUpdates(30)
                .accumulating(3)
                .withClipOfValues(0.25)
                .withOptimizer(new RmsProp.Options(0.9, 1e-6, true, 0.5, 0.01), 0.1)
                .withSchedule(new Schedule.Cosine(30, 4, 0.01)))) {
      byte[] json = Json.pretty(training.run().toJson()).getBytes(StandardCharsets.UTF_8);
      assertThat(RunConfig.fromJson(JsonObject.parse("config", json))).isEqualTo(training.run());
    }
  }

  /** As version 0.1's first format had it. */
  @Test
  void aRunOfTheFirstFormatLoadsAndGoesOn() throws IOException {
    Map<String, Object> config = new LinkedHashMap<>(SmallTraining.adam().run().toJson());
    Map<String, Object> training = new LinkedHashMap<>(SmallTraining.adam().config().toJson());
    config.put("format", 1);
    training.put("optimizer", "adam");
    training.remove("schedule");
    training.remove("accumulate");
    config.put("training", training);
    RunDirectory old = new RunDirectory(folder.resolve("old"));
    TrainingRun.create(
            old,
            SmallTraining.adam().run(),
            SmallTraining.TOKENIZER,
            SmallTraining.split(SmallTraining.adam().run()),
            ThreadTeam.single())
        .close();
    Files.writeString(old.configFile(), Json.pretty(config));

    assertThat(old.config()).isEqualTo(SmallTraining.adam().run());
    try (TrainingRun run =
        TrainingRun.resume(
            old, old.config(), SmallTraining.split(old.config()), ThreadTeam.single())) {
      assertThat(run.run(new TrainingListener() {})).isEqualTo(Trainer.End.EPOCHS);
    }
    assertThat(Files.readString(old.configFile())).contains("beta1", "schedule");
  }

  /** The last validation may come after the last checkpoint. */
  @Test
  void secondsAreThoseOfTheCheckpointOrOfALaterLineOfTheLog() throws IOException {
    assertThat(directory.seconds()).isZero();
    Files.writeString(
        directory.metricsFile(),
        """
        {"update":15,"epoch":3,"seconds":12.5,"validation_loss":2.5,"best":true}
        """);
    assertThat(directory.seconds()).isEqualTo(12.5);

    RunDirectory trained = new RunDirectory(SmallRun.toItsEnd(folder, SmallTraining.sgd()));
    Files.delete(trained.metricsFile());
    assertThat(trained.seconds()).isPositive().isEqualTo(trained.progress().seconds());
  }

  @Test
  void aFolderThatIsNoRunIsNamed() throws IOException {
    Path missing = folder.resolve("missing");
    assertThatIOException()
        .isThrownBy(() -> new RunDirectory(missing).config())
        .withMessage(
            "%s is no run: there is no such folder; make one with `refrain train --out`", missing);
    Path empty = Files.createDirectory(folder.resolve("empty"));
    assertThatIOException()
        .isThrownBy(() -> new RunDirectory(empty).model())
        .withMessage(
            "%s is no run: it has no config.json; make one with `refrain train --out`", empty);
    assertThatIOException()
        .isThrownBy(() -> new RunDirectory(empty).tokenizer())
        .withMessage("%s is no whole run: it has no tokenizer.json", empty);
  }

  @Test
  void aNewerFormatIsOneClearLine() throws IOException {
    editConfig("\"format\": 2", "\"format\": 3, \"invented_later\": true");
    assertThatIOException()
        .isThrownBy(() -> directory.config())
        .withMessage(
            "%s: the run was written by a newer version (format 3, this one reads up to 2):"
                + " update Refrain",
            directory.configFile());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          "format": 2              | "format": 0              | format must be from 1 to 2, but is 0
          "format": 2              | "format": "one"          | `format` must be a whole number
          "sequential"             | "spiral"                 | unknown partition "spiral"; known are
          "rnn-tanh"               | "gru-9"                  | unknown cell "gru-9"; known are
          "sgd"                    | "newton"                 | unknown optimizer "newton"; known are
          "momentum": 0.0          | "momentum": -1           | momentum must be at least 0 and finite, but is -1.0
          "momentum": 0.0          | "impetus": 0             | `training.optimizer.impetus` is unknown
          "constant"               | "spiral"                 | unknown schedule "spiral"; known are constant
          "accumulate": 1          | "accumulate": 0          | `training.accumulate` must be a whole number
          "hidden": 9              | "hidden": 0              | `model.hidden` must be a whole number
          "hidden": 9              | "hidden": 99999999999999 | `model.hidden` must be a whole number
          "hidden": 9              | "width": 9               | `model.width`
          "learning_rate": 0.5     | "learning_rate": -1      | learning rate must be above 0
          "validation_share": 0.2  | "validation_share": 1    | validation share must be at least 0 and below 1
          "validation_share": 0.2  | "validation_share": -0.1 | validation share must be at least 0 and below 1
          "validation_share": 0.2  | "validation_share": 0.2, "validation_text": {} | there must be either validation_share or
          "validation_share": 0.2  | "validation_text": {}    | `validation_text.corpus` is missing
          "validation_share": 0.2  | "validation_text": 0.2   | `validation_text` must be
          "validation_share": 0.2  | "validation_text": null  | `validation_share` is missing
          "max_tokens": 0          | "max_tokens": -1         | number of tokens used must be at least 0 (0: all), but is -1
          "carry_state": true      | "carry_state": 1         | `training.carry_state` must be true or
          """)
  void aWrongSettingIsNamed(String from, String to, String message) throws IOException {
    editConfig(from, to);
    assertThatIOException()
        .isThrownBy(() -> directory.config())
        .withMessageStartingWith(directory.configFile().toString())
        .withMessageContaining(message)
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\n"));
  }

  @Test
  void theFirstTokensOfALargeCorpusMayBeMoreThanAnIntCounts() throws IOException {
    editConfig("\"max_tokens\": 0", "\"max_tokens\": 3000000000");
    assertThat(directory.config().maximumTokens()).isEqualTo(3_000_000_000L);
  }

  @Test
  void aCheckpointOfLessThanNoUpdatesIsNamed() throws IOException {
    Map<String, String> metadata;
    List<NamedTensor> tensors;
    try (SafetensorsFile file = SafetensorsFile.open(directory.resumeFile())) {
      metadata = new LinkedHashMap<>(file.metadata());
      tensors = file.tensors();
    }
    metadata.put("update", "-1");
    Safetensors.write(directory.resumeFile(), metadata, tensors);
    assertThatIOException()
        .isThrownBy(() -> directory.progress())
        .withMessageStartingWith(
            "%s: the counts of a training's progress must be at least 0", directory.resumeFile());
  }

  @Test
  void aTextToValidateWithIsKept() throws IOException {
    editConfig(
        "\"validation_share\": 0.2",
        "\"validation_text\": {\"corpus\": \"b.txt\", \"corpus_sha1\": \"00\"}");
    RunConfig config = directory.config();
    assertThat(config.validation()).isEqualTo(new Validation.Text("b.txt", "00"));
    directory.writeConfig(config);
    assertThat(directory.config()).isEqualTo(config);
  }

  @ParameterizedTest
  @CsvSource({"16777216, 1", "200000, 1", "40000, 900"})
  void aModelThatMemoryCannotHoldIsRefusedBeforeItIsAllocated(int hidden, int layers)
      throws IOException {
    editConfig("\"hidden\": 9", "\"hidden\": " + hidden);
    editConfig("\"layers\": 2", "\"layers\": " + layers);
    assertThatIOException()
        .isThrownBy(() -> directory.model())
        .withMessageStartingWith(
            "%s: a model with 25 tokens, embedding 0, hidden size %d and %d layers needs ",
            directory.configFile(), hidden, layers)
        .withMessageMatching(".* (GB|TB), but java may use .* (MB|GB|TB): make it smaller.*");
  }

  @Test
  void anyPieceOfAConfigurationIsRefused() throws IOException {
    byte[] json = Files.readAllBytes(directory.configFile());
    for (int length = 0;
        length < new String(json, StandardCharsets.UTF_8).strip().length();
        length += 7) {
      Files.write(directory.configFile(), Arrays.copyOf(json, length));
      assertThatIOException()
          .isThrownBy(() -> directory.config())
          .withMessageStartingWith(directory.configFile().toString());
    }
  }

  @Test
  void aTornTokenizerIsNamed() throws IOException {
    byte[] json = Files.readAllBytes(directory.tokenizerFile());
    Files.write(directory.tokenizerFile(), Arrays.copyOf(json, json.length / 2));
    assertThatExceptionOfType(MalformedTokenizerException.class)
        .isThrownBy(() -> directory.tokenizer())
        .withMessageContaining(directory.tokenizerFile().toString());
  }

  @Test
  void aTokenizerOfAnotherModelIsNamed() throws IOException {
    Tokenizer other = VerbatimTokenizer.train("another text");
    directory.writeTokenizer(other);
    assertThatIOException()
        .isThrownBy(() -> directory.tokenizer())
        .withMessage(
            "%s has %d tokens, but the model of this run has %d: put the run's own file back",
            directory.tokenizerFile(), other.size(), SmallTraining.TOKENIZER.size());
  }

  @Test
  void anyPieceOfAModelIsRefused() throws IOException {
    byte[] whole = Files.readAllBytes(directory.modelFile());
    SplittableRandom random = new SplittableRandom(4);
    for (int i = 0; i < 50; i++) {
      int length = i < 10 ? i : random.nextInt(whole.length);
      Files.write(directory.modelFile(), Arrays.copyOf(whole, length));
      assertThatExceptionOfType(SafetensorsException.class)
          .isThrownBy(() -> directory.model())
          .withMessageStartingWith(directory.modelFile().toString());
    }
    Files.write(directory.modelFile(), Arrays.copyOf(whole, whole.length + 1));
    assertThatExceptionOfType(SafetensorsException.class).isThrownBy(() -> directory.model());
    Files.delete(directory.modelFile());
    assertThatIOException()
        .isThrownBy(() -> directory.model())
        .withMessageContaining(directory.modelFile().toString());
  }

  @Test
  void aHostileModelIsRefusedBeforeItIsBelieved() throws IOException {
    String header =
        "{\"linear.bias\":{\"dtype\":\"F32\",\"shape\":[9223372036854775807],"
            + "\"data_offsets\":[0,9223372036854775804]}}";
    byte[] bytes = new byte[8 + header.length() + 16];
    bytes[0] = (byte) header.length();
    System.arraycopy(header.getBytes(StandardCharsets.US_ASCII), 0, bytes, 8, header.length());
    Files.write(directory.modelFile(), bytes);
    assertThatExceptionOfType(SafetensorsException.class)
        .isThrownBy(() -> directory.model())
        .withMessageStartingWith(directory.modelFile().toString());
  }

  @Test
  void everyTensorThatDoesNotFitIsListedAtOnce() throws IOException {
    int vocabulary = SmallTraining.TOKENIZER.size();
    List<NamedTensor> tensors =
        new ArrayList<>(ModelWeights.of("", directory.model().parameters()));
    tensors.removeIf(tensor -> tensor.name().equals("rnn.bias_hh_l0"));
    tensors.removeIf(tensor -> tensor.name().equals("linear.weight"));
    tensors.add(new NamedTensor("linear.weight", new int[] {2, 3}, new float[6]));
    tensors.add(new NamedTensor("surplus", new int[] {1}, new float[1]));
    Safetensors.write(directory.modelFile(), Map.of(), tensors);

    assertThatExceptionOfType(WeightsMismatchException.class)
        .isThrownBy(() -> directory.model())
        .withMessage(
            "%s does not fit the model: rnn.bias_hh_l0 is missing;"
                + " linear.weight has the shape [2, 3], expected [%d, 9];"
                + " surplus is not expected",
            directory.modelFile(), vocabulary);
  }

  @Test
  void aCheckpointOfAnotherBatchSizeIsRefused() throws IOException {
    editConfig("\"batch\": 4", "\"batch\": 3");
    RunConfig other = directory.config();
    assertThatIOException()
        .isThrownBy(() ->
            TrainingRun.resume(directory, other, SmallTraining.split(other), ThreadTeam.single()))
        .withMessage(
            "%s does not fit this run: state.0.0 has the shape [4, 9], expected [3, 9]",
            directory.resumeFile());
  }
}
