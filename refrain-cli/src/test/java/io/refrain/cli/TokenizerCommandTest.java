package io.refrain.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.refrain.store.AtomicFile;
import io.refrain.store.Json;
import io.refrain.text.AddedToken;
import io.refrain.text.BpeTokenizer;
import io.refrain.text.TokenizerFile;
import io.refrain.text.bpe.BpeModel;
import io.refrain.text.bpe.BpeTrainer;
import io.refrain.text.bpe.SplitPattern;
import io.refrain.train.RunDirectory;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TokenizerCommandTest extends CommandFixture {
  private Path file() {
    return folder.resolve("tokenizer.json");
  }

  private Outcome make(String... more) {
    List<String> arguments =
        new ArrayList<>(List.of("tokenizer", "train", corpus.toString(), "--out"));
    arguments.add(file().toString());
    arguments.addAll(List.of(more));
    return refrain(arguments.toArray(String[]::new));
  }

  private static Map<String, Object> json(Outcome outcome) throws IOException {
    assertThat(outcome.code()).as(outcome.err()).isZero();
    return Json.parse("json", outcome.out().strip().getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void makesATokenizerAndSaysWhatToDoWithIt() {
    Outcome outcome = make("--vocabulary", "270");

    assertThat(outcome.code()).as(outcome.err()).isZero();
    assertThat(outcome.out())
        .contains("bpe, 270 tokens", "characters a token", "refrain tokenizer inspect " + file());
    assertThat(make().onlyErrorLine()).contains("is there already", "--out");
  }

  @ParameterizedTest
  @ValueSource(strings = {"verbatim", "char", "word", "unicode-word", "whitespace", "bpe"})
  void everyKindIsMadeUsedAndTrainedWith(String kind) throws IOException {
    Map<String, Object> made = json(make("--kind", kind, "--json"));
    String encoded = refrain("tokenizer", "encode", file().toString(), "It was the best of").out();

    assertThat(made).containsEntry("kind", kind);
    assertThat(((Number) made.get("size")).intValue()).isEqualTo(TokenizerFile.read(file()).size());
    List<String> decode = new ArrayList<>(List.of("tokenizer", "decode", file().toString()));
    decode.addAll(List.of(encoded.strip().split(" ")));
    assertThat(refrain(decode.toArray(String[]::new)).out().strip())
        .isEqualToIgnoringCase("It was the best of");
    Outcome trained = train("--tokenizer", file().toString(), "--batch", "2", "--steps", "4");
    assertThat(trained.code()).as(trained.err()).isZero();
    assertThat(new RunDirectory(run).tokenizer().kind()).isEqualTo(kind);
    assertThat(refrain("tokenizer", "inspect", run.toString()).out())
        .contains("kind        " + kind);
  }

  @Test
  void addedTokensThatAreTextAreNotSpecial() throws IOException {
    BpeModel model = BpeTokenizer.train("", BpeTrainer.Options.ofSize(257), 1).model();
    List<AddedToken> added =
        List.of(AddedToken.special(0, "<|endoftext|>"), new AddedToken(257, "word", false, false));
    BpeTokenizer tokenizer =
        new BpeTokenizer(model, new BpeTokenizer.Settings(SplitPattern.GPT2, false, false, added));
    AtomicFile.write(file(), out -> TokenizerFile.write(tokenizer, out));

    assertThat(json(refrain("tokenizer", "inspect", file().toString(), "--json")))
        .containsEntry("special", List.of("<|endoftext|>"));
  }

  /** As those of GPT-2 do, whose {@code <|endoftext|>} has the last id. */
  @Test
  void specialTokensAreNotWrittenWhereverTheirIdsAre() throws IOException {
    BpeModel model =
        BpeTokenizer.train(
                "", new BpeTrainer.Options(256, 1, List.of(), SplitPattern.GPT2), /* threads */ 1)
            .model();
    AddedToken end = AddedToken.special(257, "<|endoftext|>"); // no token has the id before
    BpeTokenizer tokenizer =
        new BpeTokenizer(
            model, new BpeTokenizer.Settings(SplitPattern.GPT2, false, false, List.of(end)));
    AtomicFile.write(file(), out -> TokenizerFile.write(tokenizer, out));
    Outcome trained = train("--tokenizer", file().toString(), "--batch", "2", "--steps", "4");

    Outcome written = refrain("generate", run.toString(), "--length", "3000", "--seed", "1");

    assertThat(trained.code()).as(trained.err()).isZero();
    assertThat(written.out()).hasSizeGreaterThan(1000).doesNotContain("<|endoftext|>");
    assertThat(tokenizer.specialIds()).containsExactly(256, 257);
  }

  @Test
  void severalTextsMakeOneTokenizer() throws IOException {
    Path other = Files.writeString(folder.resolve("other.txt"), "zebra zebra zebra zebra");

    json(
        make(
            other.toString(),
            "--special",
            "<a>",
            "--special",
            "<b>",
            "--pattern",
            "o200k",
            "--json"));

    Map<String, Object> inspected =
        json(refrain("tokenizer", "inspect", file().toString(), "--json"));
    assertThat(inspected)
        .containsEntry("special", List.of("<a>", "<b>"))
        .containsEntry("exact", true);
    assertThat((List<?>) inspected.get("longest")).asString().contains("zebra");
  }

  @ParameterizedTest
  @ValueSource(strings = {"word", "bpe"})
  void someTextsMayHoldNothingToCount(String kind) throws IOException {
    String numbers = Files.writeString(folder.resolve("a.txt"), "1898\n").toString();
    String mark = Files.writeString(folder.resolve("b.txt"), "\uFEFF").toString();
    String empty = Files.writeString(folder.resolve("c.txt"), "").toString();

    Map<String, Object> made =
        json(
            refrain(
                "tokenizer",
                "train",
                mark,
                empty,
                numbers,
                corpus.toString(),
                "--kind",
                kind,
                "--out",
                file().toString(),
                "--json"));

    assertThat((double) made.get("characters_per_token")).isBetween(1.0, 100.0);
    assertThat(file()).exists();
  }

  /** The beginning, which the report is about, has no word; what follows has. */
  @Test
  void aBeginningWithoutTokensIsReported() throws IOException {
    Files.writeString(corpus, "1898\n".repeat(220_000) + TEXT);

    assertThat(json(make("--kind", "word", "--json")))
        .containsEntry("characters_per_token", 0.0)
        .containsEntry("size", 9L);
  }

  @Test
  void whatCannotBeWrittenIsToldBeforeTheTraining() {
    Path nowhere = folder.resolve("models").resolve("big.json");

    assertThat(
            refrain("tokenizer", "train", "no-such-text.txt", "--out", nowhere.toString())
                .onlyErrorLine())
        .contains("big.json cannot be written, because its folder does not exist", "--out");
  }

  @Test
  void wrongUsageIsToldBeforeTextsAreLookedFor() {
    for (String option : List.of("--pattern=gpt5", "--special=é", "--threads=0")) {
      assertThat(refrain("tokenizer", "train", "no-such-text.txt", option).onlyErrorLine())
          .doesNotContain("no-such-text")
          .containsAnyOf("--pattern must be", "how files spell", "--threads must be at least 1");
    }
  }

  @Test
  void specialTokensOfAnyCharactersAreReadBack() throws IOException {
    make("--special", "\n", "--special", " the", "--special", "é b");

    assertThat(json(refrain("tokenizer", "inspect", file().toString(), "--json")))
        .containsEntry("special", List.of("\n", " the", "é b"));
    assertThat(refrain("tokenizer", "encode", file().toString(), "\n the").out().strip())
        .isEqualTo("0 1");
    Outcome trained = train("--tokenizer", file().toString(), "--batch", "1", "--steps", "4");
    assertThat(trained.code()).as(trained.err()).isZero();
  }

  @Test
  void inspectShowsHowATextIsCut() throws IOException {
    make("--vocabulary", "300");

    String out =
        refrain("tokenizer", "inspect", file().toString(), "It was\nthe\u001b best 😀").out();

    assertThat(out)
        .contains("merges      ", "special     <|endoftext|>", "round trip  exact", "longest     [")
        .contains("characters a token", "[↵]\n[t][he][␛][ best]", "[F0][9F][98][80]");
    Map<String, Object> json =
        json(refrain("tokenizer", "inspect", file().toString(), "It was", "--json"));
    assertThat(json).containsEntry("pieces", List.of("It", " was")).containsEntry("tokens", 2L);
    String coloured = new TokenPicture(TokenizerFile.read(file()), true).of(new int[] {40, 41});
    assertThat(coloured).isEqualTo("\u001b[30;48;5;152mH\u001b[0m\u001b[30;48;5;186mI\u001b[0m");
  }

  @Test
  void longTextsArePicturedInPart() throws IOException {
    make();
    Path text = Files.writeString(folder.resolve("long.txt"), "q ".repeat(5000));

    assertThat(refrain("tokenizer", "inspect", file().toString(), "--file", text.toString()).out())
        .contains("… and ", "more tokens");
  }

  @Test
  void publishedTokenizersAreKnownByName() throws IOException {
    assertThat(refrain("tokenizer", "encode", "cl100k_base", "Hello world", "a").out().lines())
        .containsExactly("9906 1917", "64");
    assertThat(refrain("tokenizer", "decode", "cl100k_base", "9906 1917").out().strip())
        .isEqualTo("Hello world");
    Map<String, Object> json = json(refrain("tokenizer", "encode", "cl100k_base", "é😀", "--json"));
    assertThat(json.get("tokens")).asString().contains("start=1, end=3");
  }

  @Test
  void standardInputIsReadWhereNothingIsGiven() {
    InputStream before = System.in;
    try {
      System.setIn(new ByteArrayInputStream("Hello world".getBytes(StandardCharsets.UTF_8)));
      assertThat(refrain("tokenizer", "encode", "cl100k_base").out().strip())
          .isEqualTo("9906 1917");
      System.setIn(new ByteArrayInputStream("\uFEFFHello".getBytes(StandardCharsets.UTF_8)));
      assertThat(refrain("tokenizer", "encode", "cl100k_base").out().strip()).isEqualTo("9906");
      System.setIn(new ByteArrayInputStream("9906 1917\n64\n".getBytes(StandardCharsets.UTF_8)));
      assertThat(refrain("tokenizer", "decode", "cl100k_base").out().lines())
          .containsExactly("Hello world", "a");
      System.setIn(new ByteArrayInputStream(new byte[] {'a', (byte) 0xFF}));
      assertThat(refrain("tokenizer", "encode", "cl100k_base").onlyErrorLine())
          .contains("standard input is not text in UTF-8");
    } finally {
      System.setIn(before);
    }
  }

  @Test
  void aLongTextIsEncodedInBlocks() throws IOException {
    make("--vocabulary", "300");
    String text = "It was the best\n".repeat(TokenizerEncodeCommand.BLOCK / 8);
    Path file = Files.writeString(folder.resolve("long.txt"), text);

    String out = refrain("tokenizer", "encode", file().toString(), "--file", file.toString()).out();

    assertThat(Arrays.stream(out.strip().split(" ")).mapToInt(Integer::parseInt).toArray())
        .isEqualTo(TokenizerFile.read(file()).encode(text));
  }

  @Test
  void tokensThatAreUnknownAreCounted() throws IOException {
    make("--kind", "word");
    Files.writeString(corpus, "the zebra of times ".repeat(300));

    assertThat(train("--tokenizer", file().toString(), "--batch", "2", "--steps", "4").err())
        .contains("300 of 1,200 tokens are unknown to the tokenizer.");

    assertThat(refrain("tokenizer", "encode", file().toString(), "the zebra times").err())
        .contains("1 of 3 tokens is unknown to the tokenizer.");
  }

  /** A text that is cut already may hold the token for unknown words, as WikiText-2 does. */
  @Test
  void tokensThatTheTextItselfCallsUnknownAreNotLaidOnTheTokenizer() throws IOException {
    Files.writeString(corpus, "the <unk> of times\n".repeat(300));
    make("--kind", "whitespace");

    assertThat(refrain("tokenizer", "encode", file().toString(), "the <unk> zebra").err())
        .contains("2 of 3 tokens are <unk>, in the text itself or because the tokenizer does");
  }

  @Test
  void aModelOfBytePairsWritesWholeCharacters() throws IOException {
    Files.writeString(corpus, "Zürich, 東京 😀 und Köln. ".repeat(300));
    Outcome trained = train("--tokenizer", "bpe", "--vocabulary", "262", "--updates", "60");
    assertThat(trained.code()).as(trained.err()).isZero();
    assertThat(new RunDirectory(run).tokenizer().size()).isEqualTo(262);

    Outcome written =
        refrain(
            "generate", run.toString(), "--prefix", "Zürich, 東", "--seed", "3", "--length", "200");

    assertThat(written.out()).startsWith("Zürich, 東");
    Outcome evaluated = refrain("evaluate", run.toString(), "--json");
    assertThat((double) json(evaluated).get("bits_per_character")).isPositive();
    assertThat(refrain("score", run.toString(), "Köln 😀").out()).contains("log P(text)");
    assertThat(
            refrain(
                    "train",
                    "--out",
                    run.toString(),
                    "--resume",
                    "--epochs",
                    "3",
                    "--updates",
                    "70")
                .code())
        .isZero();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--kind=bpee|--kind must be one of verbatim, char, word, unicode-word, whitespace, bpe, but is \"bpee\"",
        "--vocabulary=256|--vocabulary must be at least 257, but is 256",
        "--kind=word --vocabulary=2|--vocabulary must be at least 3, but is 2",
        "--kind=word --threads=1|--threads does not go with --kind word: it is for bpe",
        "--minimum-count=0|--minimum-count must be at least 1, but is 0",
        "--pattern=gpt5|--pattern must be gpt2, cl100k or o200k",
        "--kind=word --pattern=gpt2|--pattern does not go with --kind word: it is for bpe",
        "--special=é|special tokens: \"é\" is how files spell other bytes",
        "--kind=word --special=x|--special does not go with --kind word",
      })
  void wrongUsageIsTold(String options, String message) {
    Outcome outcome = make(options.split(" "));

    assertThat(outcome.code()).isEqualTo(2);
    assertThat(outcome.onlyErrorLine()).contains(message);
    assertThat(file()).doesNotExist();
  }

  @Test
  void whatIsNoTokenizerIsTold() throws IOException {
    assertThat(refrain("tokenizer", "inspect", "nowhere.json").onlyErrorLine())
        .contains("there is no tokenizer \"nowhere.json\"", "cl100k_base");
    Outcome malformed = refrain("tokenizer", "inspect", corpus.toString());
    assertThat(malformed.code()).isEqualTo(1);
    assertThat(malformed.onlyErrorLine()).contains("tokenizer file " + corpus);
    assertThat(refrain("tokenizer", "decode", "r50k_base", "7", "x").onlyErrorLine())
        .contains("'x' is not the id of a token, which is from 0 to 50256");
    assertThat(refrain("tokenizer", "decode", "r50k_base", "50257").code()).isEqualTo(2);
    assertThat(refrain("tokenizer", "encode", "r50k_base", "a", "--file", "b").onlyErrorLine())
        .contains("give either TEXT or --file");
    assertThat(refrain("tokenizer").out()).contains("train", "encode", "decode", "inspect");
    assertThat(refrain("tokenizer", "trian").onlyErrorLine())
        .contains("there is no command 'trian'");
  }

  @Test
  void optionsThatWouldDoNothingAreRefused() {
    assertThat(train("--tokenizer", "cl100k_base", "--vocabulary", "500").onlyErrorLine())
        .contains("--vocabulary is for a tokenizer that is made of the text, and cl100k_base is");
    assertThat(train("--tokenizer", "bpe", "--vocabulary", "100").onlyErrorLine())
        .contains("--vocabulary must be at least 257, but is 100");
    assertThat(train("--tokenizer", "word", "--vocabulary", "2").onlyErrorLine())
        .contains("--vocabulary must be at least 3, but is 2");
    assertThat(train("--tokenizer", "word", "--minimum-count", "0").onlyErrorLine())
        .contains("--minimum-count must be at least 1");
  }

  @Test
  void vocabulariesAreLimited() throws IOException {
    Outcome outcome =
        train("--tokenizer", "word", "--vocabulary", "5", "--minimum-count", "2", "--batch", "1");

    assertThat(outcome.code()).as(outcome.err()).isZero();
    assertThat(new RunDirectory(run).tokenizer().size()).isEqualTo(5);
  }
}
