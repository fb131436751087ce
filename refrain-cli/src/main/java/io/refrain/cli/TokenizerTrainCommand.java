package io.refrain.cli;

import io.refrain.store.AtomicFile;
import io.refrain.text.BpeTokenizer;
import io.refrain.text.CorpusReader;
import io.refrain.text.CorpusSource;
import io.refrain.text.Encoding;
import io.refrain.text.Tokenizer;
import io.refrain.text.TokenizerFile;
import io.refrain.text.TokenizerKind;
import io.refrain.text.bpe.BpeTrainer;
import io.refrain.text.bpe.SplitPattern;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Makes a tokenizer of texts. */
@Command(
    name = "train",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Make a tokenizer of texts, and write it into a file.",
      "A tokenizer of byte pairs is written in the format of Hugging Face's tokenizers."
    },
    footer = {
      "",
      "Examples:",
      "  refrain tokenizer train book.txt",
      "  refrain tokenizer train books/ poems.txt --vocabulary 32000 --out books.json",
      "  refrain tokenizer train wiki.train.tokens --kind whitespace --minimum-count 3",
      "  refrain train book.txt --tokenizer tokenizer.json      what to do with it"
    })
final class TokenizerTrainCommand implements Callable<Integer> {
  /** What the characters of a token are measured on, from the beginning of the texts. */
  private static final int SAMPLE = 1_000_000;

  @Spec private CommandSpec spec;
  @Mixin private Output output;
  @Mixin private Threads threads;

  @Parameters(
      arity = "1..*",
      paramLabel = "CORPUS",
      description = "Text files, folders of them, or names of known corpora.")
  private List<String> corpora;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      defaultValue = "tokenizer.json",
      description = "Where to write it (default: ${DEFAULT-VALUE}).")
  private Path out;

  @Option(
      names = "--kind",
      paramLabel = "KIND",
      defaultValue = BpeTokenizer.KIND,
      description =
          "verbatim, char, word, unicode-word, whitespace or bpe (default: ${DEFAULT-VALUE}).")
  private String kind;

  @Option(
      names = "--vocabulary",
      paramLabel = "N",
      description = "Tokens, at most (default: 8192 with bpe, else all that the texts have).")
  private @Nullable Integer vocabulary;

  @Option(
      names = "--minimum-count",
      paramLabel = "N",
      description =
          "Tokens, with bpe pairs, that are seen less often are none (default: 2 with bpe, else"
              + " 1).")
  private @Nullable Integer minimumCount;

  @Option(
      names = "--pattern",
      paramLabel = "NAME",
      description = "How bpe cuts text before it merges: gpt2, cl100k or o200k (default: gpt2).")
  private @Nullable String pattern;

  @Option(
      names = "--special",
      paramLabel = "TOKEN",
      description = "A special token of bpe; may be given again (default: <|endoftext|>).")
  private @Nullable List<String> specials;

  @Override
  public Integer call() throws IOException {
    requireRanges();
    BpeTrainer.Options bytePairs =
        isBpe()
            ? TokenizerOptions.bytePairs(vocabulary, minimumCount, specials, splitPattern())
            : null;
    requireWritable();
    List<CorpusSource> texts = new ArrayList<>();
    for (String corpus : corpora) {
      texts.add(Texts.find(corpus));
    }
    CorpusSource all = CorpusSource.joined(String.join(", ", corpora), texts);
    long start = System.nanoTime();
    Tokenizer tokenizer = train(all, bytePairs);
    double seconds = (System.nanoTime() - start) / 1e9;
    AtomicFile.write(out, stream -> TokenizerFile.write(tokenizer, stream));
    report(tokenizer, all, seconds);
    return 0;
  }

  /** Before the training, which may take long, and would be lost. */
  private void requireWritable() throws IOException {
    if (Files.exists(out, LinkOption.NOFOLLOW_LINKS)) {
      throw new IOException(out + " is there already: move it away, or choose another --out");
    }
    Path folder = out.toAbsolutePath().getParent();
    if (folder == null || !Files.isDirectory(folder)) {
      throw new IOException(
          out
              + " cannot be written, because its folder does not exist: make it, or choose another"
              + " --out");
    }
    if (!Files.isWritable(folder)) {
      throw new IOException(
          out
              + " cannot be written by this user: change the permissions of its folder, or choose"
              + " another --out");
    }
  }

  private boolean isBpe() {
    return kind.equals(BpeTokenizer.KIND);
  }

  private void requireRanges() {
    OptionCheck check = new OptionCheck(spec);
    if (!isBpe() && !TokenizerFinder.isKind(kind)) {
      throw new IllegalArgumentException(
          "--kind must be one of %s, but is \"%s\"".formatted(TokenizerFinder.kinds(), kind));
    }
    if (vocabulary != null) {
      int least = TokenizerOptions.leastVocabulary(kind, specials == null ? 1 : specials.size());
      check.atLeast(least, "--vocabulary", vocabulary);
    }
    if (minimumCount != null) {
      check.atLeast(1, "--minimum-count", minimumCount);
    }
    List<String> bpe = List.of(BpeTokenizer.KIND);
    check.fitting("--pattern", pattern, "--kind", kind, bpe);
    check.fitting("--special", specials, "--kind", kind, bpe);
    Integer given = check.isGiven("--threads") ? threads.count() : null;
    check.fitting("--threads", given, "--kind", kind, bpe);
  }

  /**
   * Makes the tokenizer.
   *
   * @param bytePairs what they are to be; null for another kind
   */
  private Tokenizer train(CorpusSource text, BpeTrainer.@Nullable Options bytePairs)
      throws IOException {
    try (CorpusReader reader = text.open()) {
      TextReading reading = new TextReading(text, reader);
      if (bytePairs == null) {
        TokenizerKind counted = TokenizerKind.of(kind);
        return TokenizerOptions.counted(
            reading, counted, TokenizerOptions.counted(counted, vocabulary, minimumCount));
      }
      BpeTraining training = new BpeTraining(bytePairs, threads.count());
      training.count(reading);
      return training.learn();
    }
  }

  private static String beginning(CorpusSource text) throws IOException {
    char[] characters = new char[(int) Math.min(SAMPLE, text.bytes())];
    int length = 0;
    try (CorpusReader reader = text.open()) {
      int count;
      do {
        count = reader.read(characters, length, characters.length - length);
        length += Math.max(0, count);
      } while (count > 0);
    }
    return new String(characters, 0, length);
  }

  private SplitPattern splitPattern() {
    return switch (OptionCheck.or(pattern, "gpt2")) {
      case "gpt2" -> SplitPattern.GPT2;
      case "cl100k" -> SplitPattern.CL100K;
      case "o200k" -> SplitPattern.O200K;
      default ->
          throw new IllegalArgumentException(
              "--pattern must be gpt2, cl100k or o200k, but is \"%s\"".formatted(pattern));
    };
  }

  private void report(Tokenizer tokenizer, CorpusSource text, double seconds) throws IOException {
    String sample = beginning(text);
    Encoding encoding = tokenizer.encodeWithOffsets(sample);
    double width = TokenizerCommand.width(sample, encoding);
    PrintWriter writer = spec.commandLine().getOut();
    if (output.json) {
      Map<String, Object> json = new LinkedHashMap<>();
      json.put("tokenizer", out.toString());
      json.put("kind", tokenizer.kind());
      json.put("size", tokenizer.size());
      json.put("characters_per_token", width);
      json.put("seconds", seconds);
      Output.line(writer, json);
      return;
    }
    writer.printf(
        "%s: %s, %s tokens, %.2f characters a token, made in %.1f s. Now try:%n",
        out, tokenizer.kind(), Figures.count(tokenizer.size()), width, seconds);
    writer.println("  " + Invocation.of("tokenizer", "inspect", out.toString()));
    writer.println(
        "  " + Invocation.of("train", corpora.getFirst(), "--tokenizer", out.toString()));
    writer.flush();
  }
}
