package io.refrain.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.refrain.store.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the options that choose a model and its regularizers come to. */
class ModelOptionsTest extends CommandFixture {
  /** No two values are alike, so that options that are mixed up show. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --cell lstm --layers 2 --embedding 6   | "embedding":6,"cell":"lstm","hidden":8,"layers":2}
          --cell gru --embedding 8 --tied        | "embedding":8,"cell":"gru","hidden":8,"layers":1,"tied":true}
          --layers 3 --residual                  | "layers":3,"residual":true}
          --layers 2 --dropout 0.1               | {"embedding_dropout":0.0,"input_dropout":0.0,"dropout":0.1,"output_dropout":0.1,"locked":false,"weight_drop":0.0,"zoneout_hidden":0.0,"zoneout_cell":0.0,"activation_penalty":0.0,"temporal_penalty":0.0}
          --embedding 6 --dropout 0.1            | "input_dropout":0.1,"dropout":0.1,"output_dropout":0.1,
          --embedding 6 --dropout 0.1 --input-dropout 0.2 --output-dropout 0.3 --embedding-dropout 0.4 | {"embedding_dropout":0.4,"input_dropout":0.2,"dropout":0.1,"output_dropout":0.3,"locked":false,
          --dropout 0.1 --locked                 | "output_dropout":0.1,"locked":true,
          --weight-drop 0.2                      | "weight_drop":0.2,"zoneout_hidden":0.0,"zoneout_cell":0.0,
          --cell lstm --zoneout 0.1 --zoneout-cell 0.3 | "weight_drop":0.0,"zoneout_hidden":0.1,"zoneout_cell":0.3,
          --output full                          | "hidden":8,"layers":1}
          --output adaptive --cutoffs 5,9 --div-value 2 | "layers":1,"output":{"kind":"adaptive","cutoffs":[5,9],"div_value":2.0,"head_bias":false}}
          --output adaptive --cutoffs 5 --head-bias | "output":{"kind":"adaptive","cutoffs":[5],"div_value":4.0,"head_bias":true}}
          --output sampled --samples 4 --embedding 8 --tied | "tied":true,"output":{"kind":"sampled","samples":4}}
          --activation-penalty 2 --temporal-penalty 1.5 | "activation_penalty":2.0,"temporal_penalty":1.5}
          """)
  void trainsAsItIsTold(String words, String expected) throws IOException {
    Outcome outcome = train(words.split(" "));
    assertThat(outcome.code()).as(outcome.err()).isZero();
    Map<String, Object> config = Json.read(run.resolve("config.json"));
    assertThat(Json.line(config)).contains(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --locked                              | --locked needs a dropout: give --dropout too, or leave it out
          --locked --dropout 0.1 --output-dropout 0 | --locked needs a dropout
          --dropout 0.1 --output-dropout 0      | --dropout needs --layers 2 or more, or leave it out
          --residual                            | --residual needs --layers 2 or more, or leave it out
          --temporal-penalty 1 --steps 1        | --temporal-penalty needs --steps 2 or more, or leave it out
          --activation-penalty Infinity         | --activation-penalty must be at least 0 and finite, but is Infinity
          --weight-drop 0.5 --cell min-gru      | --weight-drop does not go with --cell min-gru: it is for rnn,
          --zoneout-cell 0.5 --cell gru         | --zoneout-cell does not go with --cell gru: it is for lstm,
          --tied --embedding 6 --residual --layers 2 | residual
          --output other                        | --output: "other" is none of full, adaptive, sampled
          --output adaptive                     | --output needs --cutoffs, such as --cutoffs 2000,10000
          --output adaptive --cutoffs 5,3       | --cutoffs: cutoffs must be at least 1 and rise, but are [5, 3]
          --output adaptive --cutoffs 5,x       | 'x' is not a whole number
          --output adaptive --cutoffs 2,3,4     | nothing is left of 8 values after 3 divisions by 4.0: give fewer cutoffs
          --output adaptive --cutoffs 5 --div-value 0.5 | --div-value must be at least 1 and finite, but is 0.5
          --tied --embedding 6                  | --hidden does nothing with --tied and one layer, which is as wide as the embedding: leave it out, or give --layers 2
          --output adaptive --cutoffs 5 --embedding 8 --tied | --output adaptive does not go with --tied: leave one of them out
          --output adaptive --cutoffs 5 --samples 4 | --samples does not go with --output adaptive: it is for sampled
          --cutoffs 5                           | --cutoffs does not go with --output full: it is for adaptive
          --head-bias                           | --head-bias does not go with --output full: it is for adaptive
          --output sampled                      | --output needs --samples, such as --samples 1024
          --output sampled --samples 0          | --samples must be at least 1, but is 0
          """)
  void refusesInOneLineBeforeATextIsRead(String words, String expected) {
    Outcome outcome = train(folder.resolve("no such text"), words.split(" "));
    assertThat(outcome.code()).as(outcome.err()).isEqualTo(2);
    assertThat(outcome.onlyErrorLine()).contains(expected).doesNotContain("no such text");
  }

  @Test
  void saysHowToUndoWhatARecipeTies() {
    String[] words =
        "train none.txt --recipe wikitext2 --output adaptive --cutoffs 2000,10000".split(" ");
    assertThat(refrain(words).onlyErrorLine())
        .isEqualTo(
            "refrain: --output adaptive does not go with recipe wikitext2: tied:"
                + " give --tied false, or take --output sampled");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --output adaptive --cutoffs 5,400 --div-value 2 | --cutoffs must be below the text's 18 kinds of tokens, but are 5,400: give fewer, or --output full
          --output sampled --samples 1000       | --samples must be below the text's 18 kinds of tokens, but is 1000: give fewer, or --output full
          """)
  void refusesWhatIsForLargerVocabularies(String words, String expected) {
    Outcome outcome = train(words.split(" "));
    assertThat(outcome.code()).as(outcome.err()).isEqualTo(2);
    assertThat(outcome.onlyErrorLine()).endsWith(expected);
    assertThat(run).doesNotExist();
  }

  /** As with any model: it writes, it is measured, and it goes on. */
  @ParameterizedTest
  @ValueSource(strings = {"adaptive --cutoffs 5,9 --div-value 2", "sampled --samples 4"})
  void outputsForLargeVocabulariesAreUsedAsAnyOther(String words) {
    assertThat(train(("--output " + words).split(" ")).code()).isZero();
    assertThat(refrain("info", run.toString()).out())
        .contains("  options     output " + words.replace(" --", ", "))
        .containsPattern(
            words.startsWith("sampled")
                ? "train loss  \\d\\.\\d{4} among samples\\R"
                : "train loss  \\d\\.\\d{4}, perplexity ");
    assertThat(refrain("generate", run.toString(), "--length", "20").code()).isZero();
    assertThat(refrain("evaluate", run.toString()).out()).contains("perplexity");
    assertThat(refrain("score", run.toString(), "It was").out()).contains("log P(text)");
    Outcome resumed =
        refrain("train", "--out", run.toString(), "--resume", "--epochs", "3", "--threads", "2");
    assertThat(resumed.code()).as(resumed.err()).isZero();
  }

  @Test
  void tellsWhatDiffersFromTheDefault() {
    train("--layers", "2");
    assertThat(refrain("info", run.toString()).out())
        .contains("layer-norm-lstm, 2 layers of 8, one-hot;")
        .doesNotContain("  options  ");
    run = folder.resolve("other");
    String[] words =
        ("--cell lstm --layers 3 --embedding 6 --tied --dropout 0.1 --locked"
                + " --input-dropout 0.2 --weight-drop 0.5 --zoneout-cell 0.3 --temporal-penalty 1")
            .split(" ");
    assertThat(train(words).err()).contains("; lstm 8 + 8 + 6, batch 4,");
    assertThat(refrain("info", run.toString()).out())
        .contains("lstm, layers of 8, 8 and 6, embedding 6;")
        .contains(
            "  options     tied, dropout 0.1, input-dropout 0.2, locked, weight-drop 0.5,"
                + " zoneout-cell 0.3, temporal-penalty 1\n");
    run = folder.resolve("one layer");
    String[] narrow =
        ("train " + corpus + " --embedding 6 --tied --batch 4 --steps 8 --updates 5").split(" ");
    List<String> all = new ArrayList<>(List.of(narrow));
    all.addAll(List.of("--out", run.toString()));
    assertThat(refrain(all.toArray(String[]::new)).err())
        .contains("; layer-norm-lstm 1 x 6, batch 4,");
  }

  /** Large enough that more than one thread pays. */
  @Test
  void writesTheSameWithAnyNumberOfThreads() {
    String[] large = {"--hidden", "800", "--updates", "1", "--validation", "0"};
    assertThat(train(large).code()).isZero();
    List<String> texts =
        List.of("1", "2", "3").stream()
            .map(threads -> {
              String[] words = {"generate", "--length", "60", "--seed", "1", "--threads", threads};
              List<String> all = new ArrayList<>(List.of(words));
              all.add(run.toString());
              return refrain(all.toArray(String[]::new)).out();
            })
            .distinct()
            .toList();
    assertThat(texts).hasSize(1);
    assertThat(texts.getFirst().strip()).hasSizeGreaterThan(20);
    assertThat(refrain("generate", run.toString(), "--threads", "0").onlyErrorLine())
        .isEqualTo("refrain: --threads must be at least 1, but is 0");
  }
}
