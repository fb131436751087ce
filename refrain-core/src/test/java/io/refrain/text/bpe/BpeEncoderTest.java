package io.refrain.text.bpe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class BpeEncoderTest {
  private static final BpeModel MODEL = trained("the then them aaaaaaa abab don't the\n 123 éé");

  @Provide
  static Arbitrary<byte[]> anyBytes() {
    return TextParts.bytes();
  }

  private static BpeModel trained(String text) {
    BpeTrainer trainer =
        new BpeTrainer(new BpeTrainer.Options(290, 1, List.of(), SplitPattern.GPT2));
    trainer.count(text, 1);
    return trainer.train(tokens -> {});
  }

  @Property(tries = 5000)
  void everyByteStringComesBack(@ForAll("anyBytes") byte[] bytes) {
    for (SplitPattern pattern : List.of(SplitPattern.NONE, SplitPattern.GPT2, SplitPattern.O200K)) {
      IntList ids = new IntList(0);
      new BpeEncoder(MODEL, pattern).encode(bytes, 0, bytes.length, ids);

      assertThat(decoded(ids)).isEqualTo(bytes);
    }
  }

  /** Long and short pieces are merged by different code, to the tokens that the rule gives. */
  @Property
  void mergesAreThoseOfTheRule(
      @ForAll @IntRange(min = 1, max = 300) int length, @ForAll long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    byte[] piece = new byte[length];
    for (int i = 0; i < length; i++) {
      piece[i] = (byte) "abthem n".charAt(random.nextInt(8));
    }
    IntList ids = new IntList(0);

    new PieceMerger(MODEL).merge(piece, 0, length, ids);

    assertThat(ids.toArray()).isEqualTo(mergedNaively(piece));
  }

  private static int[] mergedNaively(byte[] piece) {
    List<Integer> ids = new ArrayList<>();
    for (byte value : piece) {
      ids.add(MODEL.id(new byte[] {value}));
    }
    for (int rank = 0; rank < MODEL.merges(); rank++) {
      for (int i = 0; i + 1 < ids.size(); i++) {
        if (ids.get(i) == MODEL.left(rank) && ids.get(i + 1) == MODEL.right(rank)) {
          ids.set(i, MODEL.resultOf(rank));
          ids.remove(/* index */ i + 1);
        }
      }
    }
    return ids.stream().mapToInt(Integer::intValue).toArray();
  }

  @Property
  void theCacheChangesNothing(@ForAll("anyBytes") byte[] bytes) {
    BpeEncoder encoder = new BpeEncoder(MODEL, SplitPattern.CL100K);
    IntList first = new IntList(0);
    IntList second = new IntList(0);

    encoder.encode(bytes, 0, bytes.length, first);
    encoder.encode(bytes, 0, bytes.length, second);

    assertThat(second.toArray()).isEqualTo(first.toArray());
  }

  @Test
  void piecesOfEqualBeginningsAreKeptApart() {
    BpeEncoder encoder = new BpeEncoder(MODEL, SplitPattern.NONE);
    SplittableRandom random = new SplittableRandom(1);
    for (int round = 0; round < 20_000; round++) {
      byte[] piece = new byte[random.nextInt(1, 40)];
      for (int i = 0; i < piece.length; i++) {
        piece[i] = (byte) (i < piece.length - 2 ? 'a' : 'a' + random.nextInt(26));
      }
      IntList ids = new IntList(0);
      encoder.encode(piece, 0, piece.length, ids);

      assertThat(decoded(ids)).isEqualTo(piece);
    }
  }

  /** Each thread writes into the cache what the others read. */
  @Test
  void threadsMayShareOne() throws Exception {
    BpeEncoder shared = new BpeEncoder(MODEL, SplitPattern.GPT2);
    SplittableRandom random = new SplittableRandom(7);
    byte[][] texts = new byte[40][2000];
    int[][] expected = new int[texts.length][];
    for (int i = 0; i < texts.length; i++) {
      for (int j = 0; j < texts[i].length; j++) {
        texts[i][j] = (byte) "abthem n".charAt(random.nextInt(8));
      }
      expected[i] = encoded(new BpeEncoder(MODEL, SplitPattern.GPT2), texts[i]);
    }
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Future<?>> done = new ArrayList<>();
      for (int thread = 0; thread < 4; thread++) {
        int first = 10 * thread;
        done.add(
            threads.submit(() -> {
              for (int i = 0; i < 10 * texts.length; i++) {
                int text = (first + i) % texts.length;
                assertThat(encoded(shared, texts[text])).isEqualTo(expected[text]);
              }
            }));
      }
      for (Future<?> one : done) {
        one.get();
      }
    }
  }

  @Test
  void aMegabyteWithoutBlanksIsOnePiece() {
    SplittableRandom random = new SplittableRandom(1);
    byte[] word = new byte[1 << 20];
    for (int i = 0; i < word.length; i++) {
      word[i] = (byte) "abthem".charAt(random.nextInt(6));
    }
    IntList ids = new IntList(0);

    new BpeEncoder(MODEL, SplitPattern.CL100K).encode(word, 0, word.length, ids);

    assertThat(decoded(ids)).isEqualTo(word);
    assertThat(ids.size()).isLessThan(word.length);
  }

  @Test
  void ofRanksMergesTheTokenOfTheLowestIdFirst() {
    List<byte @Nullable []> tokens = alphabet();
    for (String token : List.of("ab", "bc", "abc", "hidden!")) {
      tokens.add(token.getBytes(StandardCharsets.UTF_8));
    }
    tokens.add(2 + 256, null);
    BpeEncoder encoder = new BpeEncoder(BpeModel.ofRanks(tokens), SplitPattern.NONE);

    assertThat(encoded(encoder, "abcbc")).containsExactly(259, 257);
    assertThat(encoded(encoder, "hidden!")).as("a whole piece").containsExactly(260);
    assertThat(encoded(encoder, "hidden!!")).hasSize(8);
  }

  @Test
  void modelsThatDoNotHoldTogetherAreRefused() {
    List<byte @Nullable []> tokens = alphabet();

    assertRefused(
        tokens.subList(0, 255), "expected one for each of the 256 bytes, got none for byte 255");
    assertRefused(with(tokens, "ab", "ab"), "token \"ab\" has two ids, 256 and 257");
    assertRefused(with(tokens, ""), "token 256: expected some bytes, got none");
    assertRefused(
        Arrays.asList(Arrays.copyOf(tokens.toArray(byte[][]::new), 258)),
        "expected the last id, 257, to have some bytes, got none");
    assertRefused(tokens, "expected a token \"ab\"", 'a', 'b');
    assertRefused(tokens, "merge 0: expected the id of a token, got 999", 999, 'b');
    assertRefused(tokens, "merge 0: expected the id of a token, got -1", 'a', -1);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new BpeModel(tokens, new int[1], new int[0], false))
        .withMessageContaining("as many right tokens as the 1 left ones, got 0");
  }

  private static void assertRefused(List<byte @Nullable []> tokens, String message, int... merge) {
    int[] lefts = merge.length == 0 ? merge : new int[] {merge[0]};
    int[] rights = merge.length == 0 ? merge : new int[] {merge[1]};
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new BpeModel(tokens, lefts, rights, false))
        .withMessageContaining(message);
  }

  private static List<byte @Nullable []> with(List<byte @Nullable []> tokens, String... more) {
    List<byte @Nullable []> all = new ArrayList<>(tokens);
    Arrays.stream(more).forEach(token -> all.add(token.getBytes(StandardCharsets.UTF_8)));
    return all;
  }

  private static List<byte @Nullable []> alphabet() {
    List<byte @Nullable []> tokens = new ArrayList<>();
    for (int value = 0; value < 256; value++) {
      tokens.add(new byte[] {(byte) value});
    }
    return tokens;
  }

  private static int[] encoded(BpeEncoder encoder, String text) {
    return encoded(encoder, text.getBytes(StandardCharsets.UTF_8));
  }

  private static int[] encoded(BpeEncoder encoder, byte[] bytes) {
    IntList ids = new IntList(0);
    encoder.encode(bytes, 0, bytes.length, ids);
    return ids.toArray();
  }

  private static byte[] decoded(IntList ids) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int i = 0; i < ids.size(); i++) {
      bytes.writeBytes(MODEL.token(ids.get(i)));
    }
    return bytes.toByteArray();
  }
}
