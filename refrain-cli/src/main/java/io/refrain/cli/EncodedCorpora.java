package io.refrain.cli;

import io.refrain.data.Split;
import io.refrain.data.TokenSource;
import io.refrain.text.Tokenizer;
import io.refrain.train.RunConfig;
import io.refrain.train.RunDirectory;
import io.refrain.train.Validation;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * What a run reads, as tokens of one tokenizer.
 *
 * @param corpus what it is trained on
 * @param validation a text of its own to validate with; null where a share of the corpus is kept
 */
record EncodedCorpora(EncodedCorpus corpus, @Nullable EncodedCorpus validation)
    implements AutoCloseable {

  /**
   * Encodes the texts of a new run.
   *
   * @param validation null for none
   */
  static EncodedCorpora fresh(
      String corpus,
      @Nullable String validation,
      EncodedCorpus.TokenizerSource tokenizers,
      RunDirectory run,
      EncodedCorpus.Way way)
      throws IOException {
    EncodedCorpus text = EncodedCorpus.fresh(corpus, tokenizers, run, way);
    return validation == null
        ? new EncodedCorpora(text, null)
        : and(text, () -> EncodedCorpus.fresh(validation, _ -> text.tokenizer(), run, way));
  }

  /** Encodes the texts of a run again, unless there are files of their tokens. */
  static EncodedCorpora again(RunDirectory run, EncodedCorpus.Way way) throws IOException {
    RunConfig config = run.config();
    EncodedCorpus text = EncodedCorpus.again(run, RunText.corpus(config), way);
    return config.validation() instanceof Validation.Text validation
        ? and(text, () -> EncodedCorpus.again(run, RunText.of(validation), way))
        : new EncodedCorpora(text, null);
  }

  /**
   * Encodes the corpus of a run again, for what asks only for what it was trained on: a text of its
   * own to validate with may be gone.
   */
  static EncodedCorpora corpusAlone(RunDirectory run, EncodedCorpus.Way way) throws IOException {
    return new EncodedCorpora(EncodedCorpus.again(run, RunText.corpus(run.config()), way), null);
  }

  @FunctionalInterface
  private interface Encoder {
    EncodedCorpus encode() throws IOException;
  }

  private static EncodedCorpora and(EncodedCorpus text, Encoder validation) throws IOException {
    try {
      return new EncodedCorpora(text, validation.encode());
    } catch (IOException | RuntimeException | Error e) {
      text.close();
      throw e;
    }
  }

  Tokenizer tokenizer() {
    return corpus.tokenizer();
  }

  /** What is trained on, and what is held out. */
  Split split(RunConfig config) {
    TokenSource used = config.used(corpus.tokens());
    return switch (config.validation()) {
      case Validation.Share share -> share.split(used);
      case Validation.Text text when validation == null ->
          throw new IllegalStateException(text.corpus() + " was not read");
      case Validation.Text _ -> new Split(used, validation.tokens());
    };
  }

  /** What is trained on. */
  TokenSource trainedOn(RunConfig config) {
    TokenSource used = config.used(corpus.tokens());
    return switch (config.validation()) {
      case Validation.Share share -> share.split(used).train();
      case Validation.Text _ -> used;
    };
  }

  /** Counts what the tokenizer does not know in all that was read. */
  UnknownTokens unknown() {
    UnknownTokens unknown = new UnknownTokens(tokenizer());
    unknown.count(corpus.tokens());
    if (validation != null) {
      unknown.count(validation.tokens());
    }
    return unknown;
  }

  @Override
  public void close() {
    corpus.close();
    if (validation != null) {
      validation.close();
    }
  }
}
