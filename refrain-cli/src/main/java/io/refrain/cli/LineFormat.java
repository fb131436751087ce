package io.refrain.cli;

import io.refrain.evaluate.LineScore;
import io.refrain.evaluate.LineScore.UnlikelyToken;
import io.refrain.store.Json;
import io.refrain.text.Tokenizer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/**
 * How the scores of lines are written: by rows with the same columns in every format. A token
 * stands in JSON as it is, and elsewhere so that it can be seen; its id tells it in both.
 */
enum LineFormat {
  /** Comma-separated values, after a row with the columns' names. */
  CSV {
    @Override
    String header() {
      return Csv.row(COLUMNS);
    }

    @Override
    String row(long number, LineScore line, Tokenizer tokenizer) {
      SequencedMap<String, @Nullable Object> row = columns(number, line, tokenizer);
      line.leastLikely()
          .ifPresent(
              token -> row.put(TOKEN, new TokenPicture(tokenizer, false).show(token.token())));
      return Csv.row(row.values());
    }
  },

  /** A JSON object a line. */
  JSONL {
    @Override
    String header() {
      return "";
    }

    @Override
    String row(long number, LineScore line, Tokenizer tokenizer) {
      return Json.line(columns(number, line, tokenizer)) + "\n";
    }
  };

  private static final String TOKEN = "least_likely_token";
  private static final List<String> COLUMNS =
      List.of(
          "line",
          "tokens",
          "unknown_tokens",
          "log_probability",
          "perplexity",
          "bits_per_character",
          TOKEN,
          "least_likely_token_id",
          "least_likely_at",
          "least_likely_log_probability",
          "text");

  /** What comes before all rows. */
  abstract String header();

  /**
   * A row, with its end.
   *
   * @param number of the line in its file, from 1
   */
  abstract String row(long number, LineScore line, Tokenizer tokenizer);

  private static SequencedMap<String, @Nullable Object> columns(
      long number, LineScore line, Tokenizer tokenizer) {
    UnlikelyToken least = line.leastLikely().orElse(null);
    boolean scored = line.score().tokens() > 0;
    Object[] values = {
      number,
      line.score().tokens(),
      line.unknown(),
      scored ? line.score().logProbability() : Double.NaN,
      line.score().perplexity(),
      line.score().bitsPerCharacter(),
      least == null ? null : tokenizer.piece(least.token()),
      least == null ? null : least.token(),
      least == null ? null : least.at(),
      least == null ? null : least.logProbability(),
      line.text()
    };
    SequencedMap<String, @Nullable Object> row = new LinkedHashMap<>();
    for (int i = 0; i < values.length; i++) {
      row.put(COLUMNS.get(i), values[i]);
    }
    return row;
  }
}
