package io.refrain.jtokkit;

import com.knuddels.jtokkit.Encodings;
import io.refrain.text.AddedToken;
import io.refrain.text.BpeTokenizer;
import io.refrain.text.Tokenizer;
import io.refrain.text.TokenizerProvider;
import io.refrain.text.bpe.BpeModel;
import io.refrain.text.bpe.SplitPattern;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * OpenAI's {@code r50k_base}, {@code p50k_base}, {@code cl100k_base} and {@code o200k_base}. The
 * ranks of their tokens are read from the jar of jtokkit; Refrain's own encoder merges by them, to
 * the same ids.
 *
 * <p>Their special tokens, such as {@code <|endoftext|>}, are found in a text.
 */
public final class OpenAiTokenizers implements TokenizerProvider {
  private static final String END_OF_TEXT = "<|endoftext|>";
  private static final String END_OF_PROMPT = "<|endofprompt|>";

  /** More than any of them has: a guard against a jar that is not what it claims to be. */
  private static final int MOST_TOKENS = 1_000_000;

  private static final List<Published> ALL =
      List.of(
          new Published("r50k_base", SplitPattern.GPT2, AddedToken.special(50_256, END_OF_TEXT)),
          new Published("p50k_base", SplitPattern.GPT2, AddedToken.special(50_256, END_OF_TEXT)),
          new Published(
              "cl100k_base",
              SplitPattern.CL100K,
              AddedToken.special(100_257, END_OF_TEXT),
              AddedToken.special(100_258, "<|fim_prefix|>"),
              AddedToken.special(100_259, "<|fim_middle|>"),
              AddedToken.special(100_260, "<|fim_suffix|>"),
              AddedToken.special(100_276, END_OF_PROMPT)),
          new Published(
              "o200k_base",
              SplitPattern.O200K,
              AddedToken.special(199_999, END_OF_TEXT),
              AddedToken.special(200_018, END_OF_PROMPT)));

  /** What is not in the file of ranks. */
  private record Published(String name, SplitPattern pattern, List<AddedToken> specials) {
    Published(String name, SplitPattern pattern, AddedToken... specials) {
      this(name, pattern, List.of(specials));
    }
  }

  /** For {@link java.util.ServiceLoader}. */
  public OpenAiTokenizers() {}

  @Override
  public Set<String> names() {
    return ALL.stream().map(Published::name).collect(Collectors.toUnmodifiableSet());
  }

  @Override
  public Tokenizer load(String name) throws IOException {
    Published published =
        ALL.stream()
            .filter(one -> one.name().equals(name))
            .findFirst()
            .orElseThrow(() ->
                new IllegalArgumentException(
                    "name of a tokenizer: expected one of %s, got %s".formatted(names(), name)));
    BpeTokenizer.Settings settings =
        new BpeTokenizer.Settings(published.pattern(), false, false, published.specials());
    try {
      return new BpeTokenizer(BpeModel.ofRanks(ranks(name)), settings).named(name);
    } catch (IllegalArgumentException e) {
      throw damaged(name, "its tokens do not hold together", e);
    }
  }

  private static List<byte @Nullable []> ranks(String name) throws IOException {
    try (InputStream in = Encodings.class.getResourceAsStream(name + ".tiktoken")) {
      if (in == null) {
        throw damaged(name, "it is not there", null);
      }
      return read(new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8)), name);
    }
  }

  /** A line for each token: its bytes in base 64, and its rank. */
  static List<byte @Nullable []> read(BufferedReader lines, String name) throws IOException {
    List<byte @Nullable []> tokens = new ArrayList<>();
    int number = 0;
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      number++;
      String[] fields = line.split(" ", -1);
      try {
        int rank = Integer.parseInt(fields[fields.length - 1]);
        if (fields.length != 2 || rank < tokens.size() || rank >= MOST_TOKENS) {
          throw damaged(name, "line %d is \"%s\"".formatted(number, line), null);
        }
        Stream.generate(() -> (byte @Nullable []) null)
            .limit(rank - tokens.size())
            .forEach(tokens::add);
        tokens.add(Base64.getDecoder().decode(fields[0]));
      } catch (IllegalArgumentException e) { // neither a number nor base 64
        throw damaged(name, "line %d is \"%s\"".formatted(number, line), e);
      }
    }
    return tokens;
  }

  private static IOException damaged(String name, String defect, @Nullable Throwable cause) {
    return new IOException(
        "the vocabulary of %s in the jar of jtokkit is damaged: %s".formatted(name, defect), cause);
  }
}
