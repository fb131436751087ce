package io.refrain.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.refrain.evaluate.PlainReader;
import io.refrain.evaluate.Score;
import io.refrain.kernel.ThreadTeam;
import io.refrain.text.Encoding;
import io.refrain.text.Tokenizer;
import io.refrain.train.RunDirectory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Training from a file of tokens, as a user sees it. */
class TokenFileCommandTest extends CommandFixture {
  private List<Path> tokenFiles() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.toString().contains(".tokens")).sorted().toList();
    }
  }

  private Path tokenFile() throws IOException {
    assertThat(tokenFiles()).hasSize(1);
    return tokenFiles().getFirst();
  }

  private static Path weights(Path run) {
    return run.resolve("model.safetensors");
  }

  @ParameterizedTest
  @ValueSource(strings = {"verbatim", "char", "word", "unicode-word", "whitespace", "bpe"})
  void trainsTheSameWeightsAsInMemory(String tokenizer) throws IOException {
    Files.writeString(corpus, (TEXT + "«Ünï» 字😀, he said.\r\n").repeat(60));
    assertThat(train("--tokenizer", tokenizer, "--token-file", "never").code()).isZero();
    Path expected = weights(run);
    assertThat(tokenFiles()).isEmpty();
    run = folder.resolve("other");

    Outcome outcome = train("--tokenizer", tokenizer, "--token-file", "always");

    assertThat(outcome.code()).as(outcome.err()).isZero();
    assertThat(tokenFile().getFileName().toString()).matches("text-[0-9a-f]{12}\\.tokens");
    assertThat(weights(run)).hasSameBinaryContentAs(expected);
  }

  @Test
  void smallTextsStayInMemory() throws IOException {
    assertThat(train().code()).isZero();
    assertThat(tokenFiles()).isEmpty();
    assertThat(refrain("info", run.toString()).out()).doesNotContain("token file");
  }

  @Test
  void aSecondRunUsesTheFile() throws IOException {
    train("--token-file", "always");
    Path file = tokenFile();
    Object written = Files.getAttribute(file, "lastModifiedTime");
    Object key = Files.getAttribute(file, "fileKey");
    run = folder.resolve("second");

    assertThat(train("--token-file", "always", "--seed", "2").code()).isZero();

    assertThat(tokenFile()).isEqualTo(file);
    assertThat(Files.getAttribute(file, "lastModifiedTime")).isEqualTo(written);
    assertThat(Files.getAttribute(file, "fileKey")).isEqualTo(key);
  }

  @Test
  void resumeNeedsTheFileOrTheText() throws IOException {
    assertThat(train("--epochs", "4", "--schedule", "constant").code()).isZero();
    Path expected = weights(run);
    run = folder.resolve("two-halves");
    train("--token-file", "always", "--schedule", "constant");
    Path file = tokenFile();
    Outcome info = refrain("info", run.toString(), "--json");
    assertThat(info.out()).contains("\"token_file\":\"" + file + "\"", "\"can_resume\":true");
    Files.move(corpus, folder.resolve("elsewhere"));
    assertThat(refrain("info", run.toString()).out())
        .contains("token file  " + file, "can resume  yes");

    Outcome outcome =
        refrain("train", "--out", run.toString(), "--resume", "--epochs", "4", "--threads", "1");

    assertThat(outcome.code()).as(outcome.err()).isZero();
    assertThat(weights(run)).hasSameBinaryContentAs(expected);
    Files.delete(file);
    assertThat(refrain("train", "--out", run.toString(), "--resume").onlyErrorLine())
        .contains("text.txt, which is not there any more: put it back to go on");
    Files.move(folder.resolve("elsewhere"), corpus);
    assertThat(
            refrain("train", "--out", run.toString(), "--resume", "--epochs", "5", "--threads", "1")
                .code())
        .isZero();
  }

  @Test
  void aDamagedFileIsMadeAnewWhileThereIsTheText() throws IOException {
    train("--token-file", "always");
    Path file = tokenFile();
    byte[] sound = Files.readAllBytes(file);
    byte[] damaged = sound.clone();
    damaged[200] ^= 1;
    Files.write(file, damaged);

    Outcome outcome = refrain("train", "--out", run.toString(), "--resume", "--epochs", "3");

    assertThat(outcome.code()).as(outcome.err()).isZero();
    assertThat(outcome.err())
        .containsPattern("text-\\w+.tokens is damaged between byte \\d+ and byte \\d+: it is made");
    assertThat(file).hasBinaryContent(sound);
    Files.write(file, damaged);
    Files.delete(corpus);
    assertThat(refrain("train", "--out", run.toString(), "--resume").onlyErrorLine())
        .contains("is damaged between", "text.txt is not there any more: put the text back");
  }

  @Test
  void aForeignFileIsLeftAlone() throws IOException {
    train("--token-file", "always");
    Path file = tokenFile();
    Files.writeString(file, "my only copy of a poem");

    Outcome outcome = refrain("train", "--out", run.toString(), "--resume", "--epochs", "3");

    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.onlyErrorLine()).contains("is no file of tokens: move it away, or delete");
    assertThat(file).hasContent("my only copy of a poem");
  }

  @Test
  void whatIsNoTextIsRefusedByItsByte() throws IOException {
    byte[] text = TEXT.repeat(5000).getBytes(StandardCharsets.UTF_8);
    text[200_000] = (byte) 0xFF;
    Files.write(corpus, text);

    Outcome outcome = train("--token-file", "always");

    assertThat(outcome.code()).isEqualTo(2);
    assertThat(outcome.onlyErrorLine())
        .endsWith(
            "text.txt looks like a binary file (not UTF-8 at byte 200000); give a text file in"
                + " UTF-8, or convert this one");
    assertThat(tokenFiles()).isEmpty();
    Files.writeString(corpus, " \n".repeat(9));
    assertThat(train("--token-file", "always").onlyErrorLine()).contains("text.txt is empty; give");
  }

  @Test
  void aTextThatHasChangedIsRefused() throws IOException {
    train("--token-file", "always");
    Files.delete(tokenFile());
    Files.writeString(corpus, TEXT.replace("worst", "wurst").repeat(40));

    assertThat(
            refrain("train", "--out", run.toString(), "--resume", "--token-file", "always")
                .onlyErrorLine())
        .contains("has changed since");
    assertThat(tokenFiles()).isEmpty();
  }

  @Test
  void aSoundFileSpeaksForATextThatHasChangedAndThatIsSaid() throws IOException {
    assertThat(train("--epochs", "4", "--schedule", "constant").code()).isZero();
    Path expected = weights(run);
    run = folder.resolve("two-halves");
    train("--token-file", "always", "--schedule", "constant");
    Files.writeString(corpus, TEXT.replace("worst", "wurst").repeat(40));

    Outcome outcome =
        refrain("train", "--out", run.toString(), "--resume", "--epochs", "4", "--threads", "1");

    assertThat(outcome.code()).as(outcome.err()).isZero();
    assertThat(outcome.err())
        .contains("The tokens are those of " + tokenFile() + ": the text is not looked at.");
    assertThat(weights(run)).hasSameBinaryContentAs(expected);
  }

  @Test
  void aDamagedFileIsKeptWhereTheTextHasChanged() throws IOException {
    train("--token-file", "always");
    Path file = tokenFile();
    byte[] damaged = Files.readAllBytes(file);
    damaged[200] ^= 1;
    Files.write(file, damaged);
    Files.writeString(corpus, TEXT.replace("worst", "wurst").repeat(40));

    for (int attempt = 0; attempt < 2; attempt++) {
      assertThat(refrain("train", "--out", run.toString(), "--resume").onlyErrorLine())
          .contains("text.txt has changed since", "put the old text back, or begin anew");
      assertThat(file).hasBinaryContent(damaged);
    }
  }

  @Test
  void otherWordsAreRefused() {
    Outcome outcome = train("--token-file", "perhaps");

    assertThat(outcome.code()).isEqualTo(2);
    assertThat(outcome.onlyErrorLine())
        .contains("--token-file must be auto, always or never, but is \"perhaps\"");
  }

  /** The text is two pieces, and the second is cut where the held-out part begins. */
  @Test
  void evaluationReadsPieceByPiece() throws IOException {
    String text = "It was — é — the worst of times, 字😀.\n".repeat(120_000);
    Files.writeString(corpus, text);
    train("--tokenizer", "word", "--updates", "3", "--epochs", "1", "--validation", "0.001");
    RunDirectory directory = new RunDirectory(run);
    Tokenizer tokenizer = directory.tokenizer();
    Encoding encoding = tokenizer.encodeWithOffsets(text);
    int first = encoding.size() - (int) (encoding.size() * 0.001);
    int[] characters = encoding.characters(text, tokenizer.separator());
    Score expected =
        Score.of(
            new PlainReader(directory.model(), ThreadTeam.single()),
            Arrays.copyOfRange(encoding.ids(), first, encoding.size()),
            Arrays.copyOfRange(characters, first, encoding.size()),
            (token, probability) -> {});

    Outcome outcome = refrain("evaluate", run.toString(), "--json");

    assertThat(text.length()).isGreaterThan(1 << 22);
    assertThat(outcome.out())
        .contains(
            "\"tokens\":" + expected.tokens(),
            "\"nats_per_token\":" + expected.natsPerToken(),
            "\"bits_per_character\":" + expected.bitsPerCharacter());
  }
}
