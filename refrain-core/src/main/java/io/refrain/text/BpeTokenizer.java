package io.refrain.text;

import io.refrain.text.bpe.BpeEncoder;
import io.refrain.text.bpe.BpeModel;
import io.refrain.text.bpe.BpeTrainer;
import io.refrain.text.bpe.ByteAlphabet;
import io.refrain.text.bpe.IntList;
import io.refrain.text.bpe.SplitPattern;
import io.refrain.text.bpe.Utf8Bytes;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Byte-level byte-pair encoding, as GPT-2 has it (Radford et al. 2019): tokens are byte sequences,
 * each byte is one, so that nothing is unknown and every text, even every byte string, comes back.
 *
 * <p>Encodes as Hugging Face's tokenizers does without adding special tokens of its own: added
 * tokens are found in the text first, the rest is cut into pieces by a pattern, and each piece is
 * merged by itself.
 */
public final class BpeTokenizer implements Tokenizer {
  /** The {@link #kind()} of one that files hold as a whole. */
  public static final String KIND = "bpe";

  /** Ids may leave gaps, but not so many that a small file asks for much memory. */
  static final int GAPS = 65_536;

  private final BpeModel model;
  private final Settings settings;
  private final BpeEncoder encoder;
  private final AddedTokens added;
  private final Map<Integer, byte[]> addedContents = new HashMap<>();
  private final Set<Integer> specials = new HashSet<>();
  private final int size;
  private final String kind;

  /**
   * How text is prepared for the model.
   *
   * @param pattern what cuts it into pieces
   * @param prefixSpace whether a text, and what follows an added token, gets a space in front where
   *     it has none; only with {@link SplitPattern#GPT2} and {@link SplitPattern#NONE}
   * @param composed whether it is brought to Unicode's form NFC first
   * @param addedTokens tokens that are found in a text as they are
   */
  public record Settings(
      SplitPattern pattern, boolean prefixSpace, boolean composed, List<AddedToken> addedTokens) {
    /** Keeps its own copy of the list, and checks that the settings go together. */
    public Settings {
      addedTokens = List.copyOf(addedTokens);
      if (prefixSpace && !pattern.equals(SplitPattern.GPT2) && !pattern.equals(SplitPattern.NONE)) {
        throw new IllegalArgumentException(
            "prefix space: expected none with the pattern %s, for pieces after the first would get"
                    .formatted(pattern)
                + " one, too");
      }
      for (AddedToken token : addedTokens) {
        if (composed && token.normalized()) {
          throw new IllegalArgumentException(
              "added token \"%s\": expected one that is looked for before the text is composed"
                  .formatted(token.content()));
        }
      }
    }
  }

  /**
   * A tokenizer over a model that exists already.
   *
   * @param model the tokens and merges
   * @param settings how text is prepared for it
   * @throws IllegalArgumentException if two added tokens share an id or a content, one has another
   *     id than the same token in the model or the id of another token there, or an id is far above
   *     the number of tokens
   */
  public BpeTokenizer(BpeModel model, Settings settings) {
    this(model, settings, KIND);
  }

  private BpeTokenizer(BpeModel model, Settings settings, String kind) {
    this.kind = kind;
    this.model = model;
    this.settings = settings;
    this.encoder = new BpeEncoder(model, settings.pattern());
    this.added = new AddedTokens(settings.addedTokens());
    int tokens = (int) IntStream.range(0, model.size()).filter(id -> model.length(id) > 0).count();
    int highest = model.size() - 1;
    Set<String> contents = new HashSet<>();
    for (AddedToken token : settings.addedTokens()) {
      requireFits(token, contents);
      addedContents.put(token.id(), token.content().getBytes(StandardCharsets.UTF_8));
      if (token.special()) {
        specials.add(token.id());
      }
      tokens += token.id() < model.size() && model.length(token.id()) > 0 ? 0 : 1;
      highest = Math.max(highest, token.id());
    }
    if (highest > tokens + GAPS) {
      throw new IllegalArgumentException(
          "token ids: expected some about as large as the number of tokens, %d, got %d"
              .formatted(tokens, highest));
    }
    this.size = highest + 1;
  }

  private void requireFits(AddedToken token, Set<String> contents) {
    if (!contents.add(token.content()) || addedContents.containsKey(token.id())) {
      throw new IllegalArgumentException(
          "added token %d \"%s\": expected an id and a content of its own, another has one of them"
              .formatted(token.id(), token.content()));
    }
    byte[] spelled = ByteAlphabet.read(token.content());
    int other = spelled == null ? -1 : model.id(spelled);
    if (other >= 0 && other != token.id()) {
      throw new IllegalArgumentException(
          "added token %d \"%s\": expected the id of the same token in the vocabulary, which is %d"
              .formatted(token.id(), token.content(), other));
    }
    byte[] there = token.id() < model.size() ? model.token(token.id()) : null;
    // the same bytes, spelled as they are: else a file could not hold both, and é would be a byte
    if (there != null && (other < 0 || ByteAlphabet.spellsOtherBytes(token.content()))) {
      throw new IllegalArgumentException(
          "added token %d \"%s\": expected an id of its own, got that of \"%s\", spelled byte by byte"
              .formatted(token.id(), token.content(), ByteAlphabet.spell(there)));
    }
  }

  /**
   * Learns merges from a text.
   *
   * @param text the text
   * @param options what the model is to be
   * @param threads how many threads may count; they change nothing in the result
   * @return a tokenizer with the special tokens of the options
   */
  public static BpeTokenizer train(String text, BpeTrainer.Options options, int threads) {
    BpeTrainer trainer = new BpeTrainer(options);
    trainer.count(text, threads);
    return of(trainer.train(tokens -> {}), options);
  }

  /**
   * {@return a tokenizer over a model that was trained with these options}
   *
   * @param model the tokens and merges
   * @param options what it was trained with
   */
  public static BpeTokenizer of(BpeModel model, BpeTrainer.Options options) {
    List<AddedToken> tokens = new ArrayList<>();
    for (String special : options.specials()) {
      tokens.add(AddedToken.special(tokens.size(), special));
    }
    return new BpeTokenizer(model, new Settings(options.pattern(), false, false, tokens));
  }

  /** {@return the tokens and merges} */
  public BpeModel model() {
    return model;
  }

  /** {@return how text is prepared for the model} */
  public Settings settings() {
    return settings;
  }

  /**
   * {@return the same tokenizer as a published one} A file of it holds its name alone.
   *
   * @param name the name under which a {@link TokenizerProvider} gives it
   */
  public BpeTokenizer named(String name) {
    return new BpeTokenizer(model, settings, name);
  }

  /** {@inheritDoc} Unless it is {@linkplain #named named}, it is {@link #KIND}. */
  @Override
  public String kind() {
    return kind;
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public int[] specialIds() {
    return IntStream.range(0, size).filter(id -> specials.contains(id) || isFree(id)).toArray();
  }

  /** {@inheritDoc} Nothing is. */
  @Override
  public OptionalInt unknownId() {
    return OptionalInt.empty();
  }

  /** {@inheritDoc} It does, unless text gets a space in front or is composed. */
  @Override
  public boolean isExact() {
    return !settings.prefixSpace() && !settings.composed();
  }

  @Override
  public int[] encode(String text) {
    return encode(Utf8Bytes.of(text, 0, text.length()));
  }

  /**
   * {@return the ids of any bytes, which need not be UTF-8}
   *
   * @param bytes the bytes
   * @throws IllegalArgumentException if text is to be composed, and they are not UTF-8
   */
  public int[] encode(byte[] bytes) {
    IntList ids = new IntList(bytes.length / 3 + 1);
    added.split(
        bytes,
        0,
        bytes.length,
        new AddedTokens.Sink() {
          @Override
          public void text(int from, int to) {
            encodeText(bytes, from, to, ids);
          }

          @Override
          public void added(int id, int from, int to) {
            ids.add(id);
          }
        });
    return ids.toArray();
  }

  private void encodeText(byte[] bytes, int from, int to, IntList ids) {
    if (isExact()) {
      encoder.encode(bytes, from, to, ids);
      return;
    }
    byte[] prepared =
        settings.composed()
            ? ComposedBytes.compose(bytes, from, to)
            : Arrays.copyOfRange(bytes, from, to);
    byte[] all = needsSpace(prepared) ? withSpace(prepared) : prepared;
    encoder.encode(all, 0, all.length, ids);
  }

  private boolean needsSpace(byte[] text) {
    return settings.prefixSpace() && text.length > 0 && text[0] != ' ';
  }

  private static byte[] withSpace(byte[] text) {
    byte[] all = new byte[text.length + 1];
    all[0] = ' ';
    System.arraycopy(text, 0, all, 1, text.length);
    return all;
  }

  /**
   * {@inheritDoc}
   *
   * <p>A token that holds some bytes of a character stands for all of it. The space before a word
   * is part of it; one that was put in front of the text is not.
   */
  @Override
  public Encoding encodeWithOffsets(String text) {
    byte[] bytes = Utf8Bytes.of(text, 0, text.length());
    EncodingBuilder encoding = new EncodingBuilder(bytes.length / 3 + 1);
    Utf16Cursor places = new Utf16Cursor(bytes);
    added.split(
        bytes,
        0,
        bytes.length,
        new AddedTokens.Sink() {
          @Override
          public void text(int from, int to) {
            int start = places.startOf(from);
            addStretches(text.substring(start, places.endOf(to)), start, encoding);
          }

          @Override
          public void added(int id, int from, int to) {
            int start = places.startOf(from);
            encoding.add(id, start, places.endOf(to));
          }
        });
    return encoding.build();
  }

  /** Adds the tokens of a stretch of text, whose first character has a number in the whole. */
  private void addStretches(String text, int first, EncodingBuilder encoding) {
    ComposedText composed = settings.composed() ? new ComposedText(WellFormed.of(text)) : null;
    String normal = composed == null ? text : composed.text();
    byte[] utf8 = Utf8Bytes.of(normal, 0, normal.length());
    int space = needsSpace(utf8) ? 1 : 0;
    byte[] all = space == 1 ? withSpace(utf8) : utf8;
    IntList ids = new IntList(all.length / 3 + 1);
    encoder.encode(all, 0, all.length, ids);
    Utf16Cursor places = new Utf16Cursor(utf8);
    int at = -space;
    for (int i = 0; i < ids.size(); i++) {
      int end = at + model.length(ids.get(i));
      int from = places.startOf(Math.max(at, 0));
      int to = end <= 0 ? from : places.endOf(end);
      if (composed != null && to > from) {
        encoding.add(ids.get(i), first + composed.start(from), first + composed.end(to - 1));
      } else {
        encoding.add(ids.get(i), first + from, first + to);
      }
      at = end;
    }
  }

  /**
   * {@inheritDoc}
   *
   * <p>There is none where the pattern is not one of those that Refrain knows by heart.
   */
  @Override
  public int lastCut(String text) {
    int cut = settings.pattern().lastCut(text, 1, text.length());
    while (cut > 0
        && ((settings.prefixSpace() && text.charAt(cut) != ' ')
            || AddedTokens.standAcross(settings.addedTokens(), text, cut))) {
      cut = settings.pattern().lastCut(text, 1, cut);
    }
    return Math.max(cut, 0);
  }

  @Override
  public List<String> unknown(String text) {
    return List.of();
  }

  @Override
  public String separator() {
    return "";
  }

  /** {@inheritDoc} An id that no token has is nothing. */
  @Override
  public String piece(int id) {
    return new String(bytes(id), StandardCharsets.UTF_8);
  }

  @Override
  public TextDecoder decoder() {
    return new Utf8Decoder(this::bytes);
  }

  /**
   * {@return the bytes of the tokens, joined}
   *
   * @param ids the ids of the tokens, in order
   * @throws IllegalArgumentException if an id is not below {@link #size()}
   */
  public byte[] decodeBytes(int... ids) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(4 * ids.length);
    for (int id : ids) {
      bytes.writeBytes(bytes(id));
    }
    return bytes.toByteArray();
  }

  private boolean isFree(int id) {
    return !addedContents.containsKey(id) && (id >= model.size() || model.length(id) == 0);
  }

  private byte[] bytes(int id) {
    if (id < 0 || id >= size) {
      throw new IllegalArgumentException(
          "token id: expected 0 to %d, got %d".formatted(size - 1, id));
    }
    byte[] content = addedContents.get(id);
    byte[] token = content != null || id >= model.size() ? content : model.token(id);
    return token == null ? new byte[0] : token;
  }
}
