package io.refrain.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.refrain.text.BpeTokenizer;
import io.refrain.text.TextDecoder;
import io.refrain.text.bpe.BpeTrainer;
import io.refrain.text.bpe.SplitPattern;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class StopStringsTest {

  /** Few letters, so that strings overlap with themselves and each other. */
  @Provide
  Arbitrary<String> texts() {
    return Arbitraries.of("a", "b", "ab", "é", "😀", "😁")
        .list()
        .ofMaxSize(30)
        .map(parts -> String.join("", parts));
  }

  @Provide
  Arbitrary<List<String>> stops() {
    return Arbitraries.of("a", "b", "é", "😀", "😁")
        .list()
        .ofMinSize(1)
        .ofMaxSize(5)
        .map(parts -> String.join("", parts))
        .list()
        .ofMaxSize(4);
  }

  /** What ends a text, and where it begins, by looking for each string in all of it. */
  private record End(int at, String stop) {
    static @Nullable End of(String text, List<String> stops) {
      End first = null;
      for (String stop : stops) {
        int at = text.indexOf(stop);
        boolean sooner = first == null || at + stop.length() < first.at + first.stop.length();
        boolean longer =
            first != null && at + stop.length() == first.at + first.stop.length() && at < first.at;
        if (at >= 0 && (sooner || longer)) {
          first = new End(at, stop);
        }
      }
      return first;
    }
  }

  /** How much of a text could still become a stop string. */
  private static int open(String text, List<String> stops) {
    int longest = 0;
    for (String stop : stops) {
      for (int length = 1; length < stop.length(); length++) {
        if (text.endsWith(stop.substring(0, length))) {
          longest = Math.max(longest, length);
        }
      }
    }
    return longest;
  }

  @Property(tries = 2000)
  void aTextEndsWhereTheFirstIsCompleteHoweverItIsCutAndCopied(
      @ForAll("texts") String text, @ForAll("stops") List<String> stops, @ForAll long cuts) {
    StopStrings.Watch watch = new StopStrings(stops).watch();
    End end = End.of(text, stops);
    StringBuilder through = new StringBuilder();
    int at = 0;
    long bits = cuts;
    while (at < text.length()) {
      int to = text.offsetByCodePoints(at, 1);
      while (to < text.length() && (bits & 1) == 1) {
        to = text.offsetByCodePoints(to, 1);
        bits >>= 1;
      }
      bits >>= 1;
      StopStrings.Watch before = watch;
      watch = watch.copy();
      before.next("ab😀"); // which must not reach the copy
      through.append(watch.next(text.substring(at, to)));
      at = to;
      String so = text.substring(0, at);
      End now = End.of(so, stops);
      assertThat(watch.found()).isEqualTo(now == null ? null : now.stop);
      assertThat(through.toString())
          .isEqualTo(
              now == null
                  ? so.substring(0, so.length() - open(so, stops))
                  : so.substring(0, now.at));
    }
    through.append(watch.end());
    assertThat(through.toString()).isEqualTo(end == null ? text : text.substring(0, end.at));
  }

  /** Most of these tokens are single bytes, so that a character is several of them. */
  @Property(tries = 300)
  void tokensThatArePartsOfCharactersChangeNothing(
      @ForAll("texts") String text, @ForAll("stops") List<String> stops) {
    BpeTokenizer tokenizer = Bytes.TOKENIZER;
    TextDecoder decoder = tokenizer.decoder();
    StopStrings.Watch watch = new StopStrings(stops).watch();
    StringBuilder through = new StringBuilder();
    for (int token : tokenizer.encode(text)) {
      through.append(watch.next(decoder.next(token)));
    }
    through.append(watch.next(decoder.end())).append(watch.end());
    End end = End.of(text, stops);
    assertThat(through.toString()).isEqualTo(end == null ? text : text.substring(0, end.at));
  }

  private static final class Bytes {
    static final BpeTokenizer TOKENIZER =
        BpeTokenizer.train(
            "abab é é",
            new BpeTrainer.Options(258, 1, List.of(), SplitPattern.GPT2),
            /* threads */ 1);
  }

  @Test
  void nothingIsHeldBackWithoutStopStrings() {
    StopStrings.Watch watch = new StopStrings(List.of()).watch();
    assertThat(watch.next("abc")).isEqualTo("abc");
    assertThat(watch.found()).isNull();
    assertThat(watch.end()).isEmpty();
  }

  @Test
  void aCopyGoesItsOwnWay() {
    StopStrings.Watch watch = new StopStrings(List.of("abc")).watch();
    assertThat(watch.next("xab")).isEqualTo("x");
    StopStrings.Watch copy = watch.copy();
    assertThat(copy.next("c")).isEmpty();
    assertThat(copy.copy().found()).isEqualTo("abc");
    assertThat(watch.found()).isNull();
    assertThat(watch.next("d")).isEqualTo("abd");
  }

  @Test
  void nothingFollowsWhatEnded() {
    StopStrings.Watch watch = new StopStrings(List.of("bc", "abcd")).watch();
    assertThat(watch.next("xa")).isEqualTo("x");
    assertThat(watch.next("bcd")).isEqualTo("a");
    assertThat(watch.found()).isEqualTo("bc");
    assertThat(watch.next("more")).isEmpty();
    assertThat(watch.end()).isEmpty();
  }

  /** A stop string of a thousand characters and a text that nearly has it, in a moment. */
  @Test
  void longStopStringsCostNoMoreThanShortOnes() {
    String stop = "a".repeat(1000) + "b";
    List<String> pieces = new ArrayList<>();
    StopStrings.Watch watch = new StopStrings(List.of(stop)).watch();
    for (int i = 0; i < 20_000; i++) {
      pieces.add(watch.next("a"));
    }
    assertThat(pieces.stream().collect(Collectors.joining())).hasSize(19_000);
    assertThat(watch.next("b")).isEmpty();
    assertThat(watch.found()).isEqualTo(stop);
  }

  @Test
  void anEmptyOneIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new StopStrings(List.of("a", "")))
        .withMessage("a stop string must have at least one character");
  }
}
